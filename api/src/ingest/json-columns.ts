import { isUtf8 } from 'node:buffer'
import pl from 'nodejs-polars'
import { column, frameOf, type Frame } from '../engine/polars/frame.ts'
import { FileError, limits, OTHER_ENCODING, shown, type Rejection, type RejectionCode } from './contract.ts'
import { ROW } from './raw-chunk.ts'

/** Columns from the entries of a nested `attributes` object get this prefix. */
export const JSON_ATTRIBUTE_PREFIX = 'attributes.'

type Problem = Omit<Rejection, 'row'>

/** Gathers records into columns of text. */
export class RecordColumns {
  readonly #rows: number[] = []
  readonly #columns = new Map<string, (string | null)[]>()

  /** Adds one record given as JSON. Returns what is wrong with it, if anything is. */
  add(row: number, json: Buffer): Problem | null {
    const text = json.toString('utf8')
    const problem = (code: RejectionCode, message: string): Problem => ({
      column: null,
      code,
      value: shown(text),
      message,
    })
    if (json.length > limits.recordBytes) {
      return problem('RECORD_TOO_LONG', `The record has ${json.length} bytes; the limit is ${limits.recordBytes}.`)
    }
    if (!isUtf8(json)) return problem('INVALID_UTF8', `The record holds bytes that are not UTF-8. ${OTHER_ENCODING}`)
    let record: unknown
    try {
      record = JSON.parse(text)
    } catch (error) {
      return problem('INVALID_JSON', `The record is not valid JSON: ${(error as Error).message}`)
    }
    return this.addRecord(row, record)
  }

  addRecord(row: number, record: unknown): Problem | null {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      return {
        column: null,
        code: 'NOT_AN_OBJECT',
        value: shown(JSON.stringify(record)),
        message: 'A record is a JSON object, such as {"user_id": "u1", ...}.',
      }
    }
    const { attributes, ...own } = record as Record<string, unknown>
    const entries = Object.entries(own)
    if (typeof attributes === 'object' && attributes !== null && !Array.isArray(attributes)) {
      for (const [name, value] of Object.entries(attributes)) entries.push([`${JSON_ATTRIBUTE_PREFIX}${name}`, value])
    } else if (attributes != null) entries.push(['attributes', attributes])
    const texts: [string, string | null][] = []
    for (const [name, value] of entries) {
      if (typeof value === 'object' && value !== null) {
        return {
          column: name,
          code: 'NESTED_VALUE',
          value: shown(JSON.stringify(value)),
          message: `"${name}" holds a list or an object. Only the entries of "attributes" may be nested, one level deep.`,
        }
      }
      const text = value == null ? null : String(value).trim() || null
      if (text?.includes('\0')) {
        return { column: name, code: 'NUL_BYTE', value: shown(text), message: `"${name}" holds a NUL character.` }
      }
      texts.push([name, text])
    }
    this.#push(row, texts)
    return null
  }

  #push(row: number, texts: [string, string | null][]): void {
    const index = this.#rows.push(row) - 1
    for (const [name, text] of texts) {
      let values = this.#columns.get(name)
      if (values === undefined) {
        if (this.#columns.size >= limits.columns) {
          throw new FileError(
            'TOO_MANY_COLUMNS',
            `The records have more than ${limits.columns} different names. Put values, not names, into the records.`,
          )
        }
        values = []
        this.#columns.set(name, values)
      }
      // Records that lack a name left a gap.
      while (values.length < index) values.push(null)
      values.push(text)
    }
  }

  toFrame(): Frame {
    const length = this.#rows.length
    const columns = [...this.#columns].map(([name, values]) => {
      while (values.length < length) values.push(null)
      return column(name, values, pl.Utf8)
    })
    return frameOf([column(ROW, Uint32Array.from(this.#rows), pl.UInt32), ...columns])
  }
}
