/**
 * Runs the `@example` of every exported function of this folder. A line `expression // => value` is an assertion:
 * numbers must agree to the digits shown, objects in the fields shown.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const folder = new URL('./', import.meta.url)
const files = readdirSync(folder).filter((name) => /^[a-z-]+\.ts$/.test(name))

const modules = await Promise.all(files.map((name) => import(new URL(name, folder).href) as Promise<object>))
const exported = Object.assign({}, ...modules) as Record<string, unknown>

interface Documented {
  file: string
  name: string
  lines: string[]
}

/** The doc comments that stand before exported functions. */
function documentedFunctions(file: string): Documented[] {
  const source = readFileSync(new URL(file, folder), 'utf8')
  const pattern = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport function (\w+)/g
  return [...source.matchAll(pattern)].map(([, comment, name]) => {
    const example = comment!.split('@example')[1] ?? ''
    const lines = example.split('\n').map((line) => line.replace(/^ \* ?/, '').trim())
    return { file, name: name!, lines: lines.filter((line) => line !== '') }
  })
}

const all = files.flatMap(documentedFunctions)
const withExample = all.filter(({ lines }) => lines.length > 0)

describe('examples in the documentation', () => {
  it.each(withExample.map((example) => [`${example.file} ${example.name}`, example] as const))(
    '%s',
    (_name, example) => {
      const statements = example.lines.map((line) => {
        const [code, value] = line.split('// =>')
        return value === undefined ? line : `assertShown(${code!.trim()}, ${JSON.stringify(value.trim())})`
      })
      const names = Object.keys(exported)
      // The examples are this folder's own text, run against its own exports.
      const run = new Function('assertShown', ...names, statements.join('\n')) as (...values: unknown[]) => void
      run(check, ...names.map((name) => exported[name]))
      expect(statements.some((statement) => statement.startsWith('assertShown('))).toBe(true)
    },
  )

  it('every test and interval has one', () => {
    const without = all.filter(({ name, lines }) => /(Test|Interval|Lift|Mismatch)$/.test(name) && lines.length === 0)
    expect(without.map(({ name }) => name)).toEqual([])
    expect(withExample.length).toBeGreaterThan(30)
  })
})

function check(actual: unknown, written: string): void {
  const number = /^-?[\d.]+(e-?\d+)?$/.exec(written)
  if (number && typeof actual === 'number') expect(shownLike(written, actual)).toBe(Number(written))
  else compare(actual, (new Function(`return (${written})`) as () => unknown)())
}

/** The number rounded to as many digits as the text shows. */
function shownLike(written: string, value: number): number {
  const digits = written
    .replace(/e.*$/, '')
    .replace(/^-?0*\.?0*/, '')
    .replace('.', '').length
  return Number(value.toPrecision(Math.max(digits, 1)))
}

function compare(actual: unknown, expected: unknown): void {
  if (typeof expected === 'number') expect(actual).toBeCloseTo(expected, 8)
  else if (expected !== null && typeof expected === 'object') {
    for (const [key, value] of Object.entries(expected)) compare((actual as Record<string, unknown>)[key], value)
  } else expect(actual).toBe(expected)
}
