import { estimateOf } from './estimate.ts'
import type { OutcomeFit } from './fit-outcome.ts'
import type { Coefficient } from './model-card.ts'
import type { ModelCovariance } from './model-covariance.ts'
import type { ModelSetup } from './model-setup.ts'
import { columnSums, type SparseRows } from './sparse-rows.ts'

/** The model's coefficients with their errors; of columns that were left out, what they are made up of. */
export function coefficientTable(
  { design, rows }: ModelSetup,
  fit: OutcomeFit,
  { matrix, referenceDegrees }: ModelCovariance,
  level: number,
): Coefficient[] {
  const k = design.columns.length
  const total = fit.weights.reduce((sum, weight) => sum + weight, 0)
  const means = columnSums(rows, fit.weights).map((sum) => sum / total)
  const squares = columnSums(squared(rows), fit.weights).map((sum) => sum / total)
  const aliased = new Map(fit.aliases.map(({ column, madeOf }) => [column, madeOf]))
  return design.columns.map((column, j) => {
    const madeOf = aliased.get(j)
    if (madeOf) {
      const aliasedWith = madeOf.map((part) => ({ column: design.columns[part.column]!.name, multiple: part.multiple }))
      const nothing = { estimate: null, standardError: null, statistic: null, pValue: null, interval: null }
      return { ...column, ...nothing, standardised: null, aliasedWith }
    }
    const value = fit.coefficients[j]!
    const standardError = Math.sqrt(Math.max(0, matrix[j * k + j]!))
    const deviation = Math.sqrt(Math.max(0, squares[j]! - means[j]! ** 2))
    return {
      ...column,
      ...estimateOf(value, standardError, { level, referenceDegrees }),
      statistic: standardError > 0 ? value / standardError : null,
      // Adding 0 turns -0 into 0, which JSON does not tell apart.
      standardised: value * deviation + 0,
      aliasedWith: [],
    }
  })
}

function squared(rows: SparseRows): SparseRows {
  return { ...rows, value: rows.value && rows.value.map((entry) => entry * entry) }
}
