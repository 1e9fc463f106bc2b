import { type ConfidenceInterval, intervalBetween } from './confidence-interval.ts'
import { normal } from './distributions/normal.ts'
import { type InferenceOptions, resolveOptions } from './inference-options.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import { type Proportion, requireProportion } from './proportion.ts'

/**
 * The odds of converting in the treatment over those in the control, as counted: (x_t / y_t) / (x_c / y_c) with y the
 * failures. Null where it does not exist: a zero count below the line.
 *
 * Errors: RangeError for counts that are not whole.
 *
 * @example
 * oddsRatio({ successes: 48, n: 80 }, { successes: 56, n: 70 }) // => 2.66666667
 */
export function oddsRatio(control: Proportion, treatment: Proportion): number | null {
  requireProportion('control', control)
  requireProportion('treatment', treatment)
  const below = control.successes * (treatment.n - treatment.successes)
  return below === 0 ? null : (treatment.successes * (control.n - control.successes)) / below
}

/**
 * Woolf's interval for the odds ratio, symmetric on the log scale.
 *
 * Assumptions: users independent, no small cell. Formula: odds ratio x exp(-+ z sqrt(sum of 1 / cell)).
 *
 * Not computable: `zeroCount` when a cell is 0. Errors: RangeError for counts that are not whole, a level outside (0,
 * 1), an unknown alternative.
 *
 * See Woolf (1955), "On estimating the relation between blood group and disease".
 *
 * @example
 * const interval = woolfInterval({ successes: 48, n: 80 }, { successes: 56, n: 70 })
 * interval.lower // => 1.27621787
 * interval.upper // => 5.57201970
 */
export function woolfInterval(
  control: Proportion,
  treatment: Proportion,
  options: InferenceOptions = {},
): ConfidenceInterval | NotComputable {
  const resolved = resolveOptions(options)
  const ratio = oddsRatio(control, treatment)
  const cells = [control, treatment].flatMap(({ successes, n }) => [successes, n - successes])
  if (ratio === null || cells.includes(0)) return notComputable('zeroCount')
  const error = Math.sqrt(cells.reduce((sum, cell) => sum + 1 / cell, 0))
  const factor = Math.exp(normal.isf(resolved.tailAlpha) * error)
  return intervalBetween(ratio / factor, ratio * factor, resolved)
}
