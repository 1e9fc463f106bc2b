import type { SparseRows } from './sparse-rows.ts'

/** A constant and full rows of numbers as the rows of a design: for comparing with other software. */
export function denseRows(x: readonly (readonly number[])[]): SparseRows {
  const columns = 1 + (x[0]?.length ?? 0)
  return {
    rows: x.length,
    columns,
    starts: Int32Array.from({ length: x.length + 1 }, (_, i) => i * columns),
    column: Int32Array.from({ length: x.length * columns }, (_, i) => i % columns),
    value: Float64Array.from(x.flatMap((row) => [1, ...row])),
  }
}
