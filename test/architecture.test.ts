import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, matchesGlob, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { importZones } from './architecture/zones.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const packages = ['api', 'db', 'sdk', 'ui', 'test', 'datasets']
const skipped = /(^|\/)(node_modules|dist|_generated|migrations|graphiql|fixtures)(\/|$)/

/** Source files of the workspace, relative to its root. */
const files = packages
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
  .filter((file) => !skipped.test(file))

/** What a file imports, as it is written; type imports too: a type is knowledge of the other part. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  const script = file.endsWith('.svelte')
    ? [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, body]) => body).join('\n')
    : text
  const { importedFiles } = ts.preProcessFile(script, true, true)
  return importedFiles.map(({ fileName }) => fileName)
}

const isTest = (file: string) => /\.(test|contract)\.ts$/.test(file)
const matches = (file: string, patterns: string[]) => patterns.some((pattern) => matchesGlob(file, pattern))

describe('who may import whom (the table in ARCHITECTURE.md)', () => {
  test.each(importZones)('$name', ({ files: patterns, except = [], forbid }) => {
    const own = files.filter((file) => matches(file, patterns) && !matches(file, except) && !isTest(file))
    const broken = own.flatMap((file) =>
      importsOf(file).flatMap((specifier) =>
        forbid
          .filter(({ regex }) => new RegExp(regex).test(specifier))
          .map(({ instead }) => `${file} imports ${specifier}: ${instead}`),
      ),
    )
    expect(broken).toEqual([])
  })

  test('modules of stats do not reach out of it, and import each other without a circle', () => {
    const graph = new Map(
      files
        .filter((file) => file.startsWith('api/src/stats/') && !isTest(file))
        .map((file) => [
          file,
          importsOf(file)
            .filter((one) => one.startsWith('.'))
            .map((one) => relative(root, resolve(root, dirname(file), one))),
        ]),
    )
    const finished = new Set<string>()
    const visit = (file: string, path: string[]): void => {
      expect(path, `a circle of imports: ${[...path, file].join(' -> ')}`).not.toContain(file)
      if (finished.has(file)) return
      for (const next of graph.get(file) ?? []) visit(next, [...path, file])
      finished.add(file)
    }
    for (const file of graph.keys()) visit(file, [])
  })
})

describe('the tree', () => {
  test('files are named in kebab-case, for what they are about', () => {
    const named = files.filter((file) => !file.endsWith('.svelte'))
    const odd = named.filter((file) => !/\/[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.ts$/.test(file))
    expect(odd).toEqual([])
    expect(files.filter((file) => /(^|\/)(utils?|helpers?|common|misc)(\.|\/)/.test(file))).toEqual([])
  })

  test('a module of the API has its files named by their part', () => {
    const parts = /\.(type|input|enum|resolver|service|repository|test)\.ts$|\/[a-z-]+\.ts$/
    expect(files.filter((file) => file.startsWith('api/src/modules/') && !parts.test(file))).toEqual([])
  })

  test('stats and models stay small: half of their files have 60 lines or fewer', () => {
    for (const folder of ['api/src/stats/', 'api/src/models/']) {
      const sizes = files
        .filter((file) => file.startsWith(folder) && !isTest(file))
        .map((file) => readFileSync(join(root, file), 'utf8').split('\n').length)
        .sort((a, b) => a - b)
      if (sizes.length > 0) expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThanOrEqual(60)
    }
  })
})
