/**
 * The counts that a table of arms (rows) by outcomes (columns) would show if the outcome did not depend on the arm:
 * row total x column total / grand total.
 *
 * @example
 * expectedCounts([[48, 32], [56, 14]])[0][0] // => 55.4666667
 */
export function expectedCounts(table: readonly (readonly number[])[]): number[][] {
  const { rows, columns, total } = totalsOf(table)
  return rows.map((row) => columns.map((column) => (total === 0 ? 0 : row * (column / total))))
}

/** Row, column and grand totals. */
export function totalsOf(table: readonly (readonly number[])[]): { rows: number[]; columns: number[]; total: number } {
  const rows = table.map(sum)
  const columns = (table[0] ?? []).map((_, j) => sum(table.map((row) => row[j]!)))
  return { rows, columns, total: sum(rows) }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
