import pl, { type Expr } from 'nodejs-polars'
import { limits } from './contract.ts'
import type { Frame } from '../engine/polars/frame.ts'

const STRING = '"(?:[^"\\\\]|\\\\.)*"'
const PLAIN = `(?:${STRING}|-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|true|false|null)`
const ENTRY = `\\s*${STRING}\\s*:\\s*${PLAIN}\\s*`
/** A JSON object whose values are plain. Polars has no test for valid JSON; for flat objects this is one. */
const FLAT_OBJECT = `^\\s*\\{(?:${ENTRY}(?:,${ENTRY})*|\\s*)\\}\\s*$`

/** Whether a text is a flat JSON object. */
export function isFlatJson(text: Expr): Expr {
  return text.str.contains(FLAT_OBJECT)
}

/** The names of the entries of a column of flat JSON objects, in order. */
export function jsonKeys(frame: Frame, name: string): string[] {
  const distinct = frame.getColumn(name).dropNulls().unique()
  const keys = new Set<string>()
  for (const text of distinct.toArray() as string[]) {
    try {
      for (const key of Object.keys(JSON.parse(text) as object)) keys.add(key)
    } catch {
      continue // not JSON: the row is rejected with its own message
    }
  }
  return [...keys].filter((key) => key.length <= limits.attributeNameLength && !/["\\]/.test(key)).sort()
}

/** One entry of a column of flat JSON objects, as text. */
export function jsonEntry(name: string, key: string): Expr {
  return pl.col(name).str.jsonPathMatch(`$["${key}"]`)
}
