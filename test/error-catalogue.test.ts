import { readFileSync } from 'node:fs'
import { errorCatalogue } from '@fairlift/api/errors'
import { serverErrorCodes } from '@fairlift/sdk'
import { describe, expect, test } from 'vitest'

const document = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8')

/** The rows of a table below a heading: their cells. */
function rowsBelow(heading: string): string[][] {
  const [, section = ''] = document.split(`## ${heading}\n`)
  const [own = ''] = section.split('\n## ')
  const rows = own.split('\n').filter((line) => line.startsWith('| `'))
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split(' | ')
      .map((cell) => cell.trim()),
  )
}

const codes = Object.keys(errorCatalogue)
const rows = rowsBelow('Codes of the server')

describe('the catalogue of errors', () => {
  test('is the same in the server, in the SDK and in docs/errors.md, in the same order', () => {
    expect(serverErrorCodes).toEqual(codes)
    expect(rows.map(([code]) => code)).toEqual(codes.map((code) => `\`${code}\``))
  })

  test('has each code once, among those of GraphQL and of the SDK too', () => {
    const others = [...rowsBelow('Codes of GraphQL itself'), ...rowsBelow('Codes of the SDK')].map(([code]) => code)
    const all = [...rows.map(([code]) => code), ...others]
    expect(all.length).toBeGreaterThan(codes.length + 5)
    expect(new Set(all).size).toBe(all.length)
  })

  test('says of each code what it means, when it comes and what to do', () => {
    for (const meaning of Object.values(errorCatalogue)) expect(meaning).toMatch(/^[A-Z].{20,}\.$/)
    for (const [code, when, what] of rows) {
      expect(when, code).toMatch(/^[A-Z].{15,}\.$/)
      expect(what, code).toMatch(/^[A-Z].*\.$/)
    }
  })

  test('names only variables that the server reads', () => {
    const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8')
    const named = [...document.matchAll(/`((?:MAX|COMPUTE)_[A-Z_]+)`/g)].map(([, name]) => name!)
    const variables = named.filter((name) => !codes.includes(name))
    expect(variables.length).toBeGreaterThan(4)
    for (const variable of variables) expect(example).toContain(`${variable}=`)
  })
})
