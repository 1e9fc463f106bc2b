import { chiSquare } from './distributions/chi-square.ts'
import { differenceOfProducts } from './distributions/numerics/difference-of-products.ts'
import { requireCount } from './distributions/parameters.ts'
import { expectedCounts, totalsOf } from './expected-counts.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import { fromTail, type PValue } from './p-value.ts'

export interface ChiSquareTableResult extends PValue {
  kind: 'computed'
  method: 'pearsonChiSquare'
  statistic: number
  degreesOfFreedom: number
  expectedCounts: number[][]
}

/**
 * Tests whether the outcome depends on the arm at all, for any number of arms (rows) and outcomes (columns).
 *
 * Assumptions: users independent; expected counts of at least about 5.
 * Formula: sum of (observed - expected)^2 / expected, with (rows - 1)(columns - 1) degrees of freedom.
 *
 * Not computable: `noUnits` when an arm is empty, `emptyCategory` when an outcome never happened.
 * Errors: RangeError for fewer than two rows or columns, rows of unequal length, counts that are not whole.
 *
 * See Pearson (1900), "On the criterion that a given system of deviations ... can be reasonably supposed to have arisen
 * from random sampling".
 *
 * @example
 * const result = chiSquareTableTest([[83, 917], [95, 905], [121, 879]])
 * result.statistic // => 8.41011443
 * result.degreesOfFreedom // => 2
 * result.pValue // => 0.0149199324
 */
export function chiSquareTableTest(table: readonly (readonly number[])[]): ChiSquareTableResult | NotComputable {
  const width = table[0]?.length ?? 0
  if (table.length < 2 || width < 2) throw new RangeError('table must have at least two rows and two columns')
  for (const row of table) {
    if (row.length !== width)
      throw new RangeError(`table must have rows of equal length, got ${width} and ${row.length}`)
    for (const count of row) requireCount('table', count)
  }
  const { rows, columns, total } = totalsOf(table)
  if (rows.includes(0)) return notComputable('noUnits')
  if (columns.includes(0)) return notComputable('emptyCategory')

  let statistic = 0
  table.forEach((row, i) =>
    row.forEach((count, j) => {
      const deviation = differenceOfProducts(count, total, rows[i]!, columns[j]!) / total
      statistic += (deviation / rows[i]!) * (deviation / columns[j]!) * total
    }),
  )
  const degreesOfFreedom = (table.length - 1) * (width - 1)
  const reference = chiSquare(degreesOfFreedom)
  return {
    kind: 'computed',
    method: 'pearsonChiSquare',
    statistic,
    degreesOfFreedom,
    expectedCounts: expectedCounts(table),
    ...fromTail(reference.sf(statistic), reference.logSf(statistic)),
  }
}
