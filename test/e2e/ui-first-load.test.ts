import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const dist = fileURLToPath(new URL('../../ui/dist/', import.meta.url))
const FIRST_LOAD_BYTES = 150_000

/** The files that one file makes a browser load before it can run. */
function staticImports(path: string): string[] {
  const text = readFileSync(dist + path, 'utf8')
  if (path.endsWith('.html')) return [...text.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file]) => file!)
  return [...text.matchAll(/\b(?:import|from)\s*"\.\/([^"]+\.js)"/g)].map(([, file]) => `assets/${file!}`)
}

/** A page and everything that it loads at once. */
function firstLoad(): Set<string> {
  const loaded = new Set<string>()
  const waiting = ['index.html']
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (loaded.has(path)) continue
    loaded.add(path)
    if (/\.(html|js)$/.test(path)) waiting.push(...staticImports(path))
  }
  // Of the typeface the browser takes what the letters of a page need.
  return loaded.add(`assets/${readdirSync(`${dist}assets`).find((name) => name.startsWith('inter-latin-wght'))!}`)
}

test('the first load of the page is small, typeface included, and has no part of what draws charts', () => {
  const files = [...firstLoad()]
  const sizes = files.map((path) => {
    const bytes = readFileSync(dist + path)
    // Typefaces are packed already.
    return [path, path.endsWith('.woff2') ? bytes.length : gzipSync(bytes).length] as const
  })
  expect(sizes.length).toBeGreaterThan(4)
  const total = sizes.reduce((sum, [, size]) => sum + size, 0)
  expect(total, JSON.stringify(sizes)).toBeLessThan(FIRST_LOAD_BYTES)
  expect(total).toBeGreaterThan(50_000)

  const chartFiles = readdirSync(`${dist}assets`).filter((name) => name.startsWith('draw-chart'))
  expect(chartFiles).toHaveLength(1)
  for (const path of files.filter((name) => name.endsWith('.js')))
    expect(readFileSync(dist + path, 'utf8')).not.toContain('vega-lite')
})
