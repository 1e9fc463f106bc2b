import { type Alias, findAliases } from './aliases.ts'
import type { Design } from './design.ts'
import { fitGlm, type GlmFit } from './fit-glm.ts'
import type { ModelSetup } from './model-setup.ts'
import { fittedTo, type Outcome } from './outcome.ts'
import { weightedGram } from './sparse-rows.ts'

export interface OutcomeFit extends GlmFit {
  /** columns with an estimate */
  kept: Int32Array
  aliases: Alias[]
  /** of each column: half of it times the squared coefficient was added to the negative log likelihood */
  penalties: Float64Array
  weights: Float64Array
  means: Float64Array
}

interface FitOptions {
  penalty: number
  /** columns that must not be used */
  without?: (column: number) => boolean
  start?: Float64Array
  /** gain of log likelihood still to be had at which a fit counts as converged; by default none that can be told */
  tolerance?: number
}

/** Fits a model to what some users did. Columns that these users cannot tell apart are left out. */
export function fitOutcome(
  setup: ModelSetup,
  outcome: Outcome,
  { penalty, without, start, tolerance }: FitOptions,
): OutcomeFit {
  const { rows, family, design } = setup
  const { weights, means } = fittedTo(outcome)
  const gram = weightedGram(rows, weights)
  const k = rows.columns
  const penalties = penaltiesOf(design, penalty, gram)
  if (without) {
    for (let j = 0; j < k; j++) if (without(j)) for (let i = 0; i < k; i++) gram[i * k + j] = gram[j * k + i] = 0
  }
  const { kept, aliases } = findAliases(gram, k)
  const from = start?.map((value, j) => (kept.includes(j) ? value : 0))
  const fit = fitGlm({
    rows,
    family,
    weights,
    means,
    kept,
    penalty: penalties,
    ...(from && { start: from }),
    ...(tolerance !== undefined && { tolerance }),
  })
  return { ...fit, kept, aliases, penalties, weights, means }
}

/**
 * Variants are free: what they do must not be shrunk to nothing by what keeps features in check. Of a number its effect per
 * standard deviation is penalised, so that its unit does not matter.
 */
function penaltiesOf({ columns }: Design, penalty: number, gram: Float64Array): Float64Array {
  const k = columns.length
  const varianceOf = (j: number) => Math.max(0, gram[j * k + j]! / gram[0]! - (gram[j]! / gram[0]!) ** 2)
  const variances = new Map<string | null, number>()
  columns.forEach(({ term, feature }, j) => term === 'NUMBER' && variances.set(feature, varianceOf(j)))
  return Float64Array.from(columns, ({ term, feature, level }) => {
    if (term === 'INTERCEPT' || term === 'VARIANT') return 0
    return level === null ? penalty * variances.get(feature)! : penalty
  })
}
