import { tableFromIPC } from 'apache-arrow'
import pl, { type Series } from 'nodejs-polars'
import { murmurHash128 } from './murmur-hash.ts'

/** Bytes of one Arrow string view: length, then either up to 12 bytes of text or a reference into a text buffer. */
const VIEW_BYTES = 16
const INLINE_BYTES = 12

/** Is told of a text as bytes: those from `start` to before `end`. */
export type TextVisitor = (bytes: Uint8Array, start: number, end: number, row: number) => void

/**
 * Visits the texts of a column that are not null.
 *
 * They are read as bytes from the column's Arrow buffers: making a JavaScript string of each value costs five times as
 * much (measured on 850,000 user ids: 0.06 s against 0.35 s).
 */
export function visitTexts(column: Series, visit: TextVisitor): void {
  const table = tableFromIPC(pl.DataFrame([column]).writeIPC({ compression: 'uncompressed' }))
  let row = 0
  for (const data of table.getChildAt(0)?.data ?? []) {
    const views = asBytes(data.values)
    const words = new Int32Array(views.buffer, views.byteOffset, views.byteLength >> 2)
    const texts = data.variadicBuffers.map(asBytes)
    const valid = data.nullCount > 0 ? data.nullBitmap : undefined
    for (let i = 0; i < data.length; i++, row++) {
      const position = data.offset + i
      if (valid !== undefined && (valid[position >> 3]! & (1 << (position & 7))) === 0) continue
      // Arrow's JavaScript reader slices the views by the offset but not the bitmap.
      const view = i * (VIEW_BYTES >> 2)
      const length = words[view]!
      if (length <= INLINE_BYTES) {
        const start = i * VIEW_BYTES + 4
        visit(views, start, start + length, row)
      } else {
        const start = words[view + 3]!
        visit(texts[words[view + 2]!]!, start, start + length, row)
      }
    }
  }
}

/**
 * MurmurHash3 (x86, 128 bits) of each string of a column, four 32-bit lanes a row; rows that are null get zeros.
 *
 * @param seed differs by what is hashed, so that equal texts in different columns do not get equal hashes.
 */
export function hashStrings(column: Series, seed: number): Int32Array {
  const out = new Int32Array(column.length * 4)
  visitTexts(column, (bytes, start, end, row) => murmurHash128(bytes, start, end, seed, out, row * 4))
  return out
}

function asBytes(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
