import { endAtNoEffect } from '../stats/agree-with-p-value.ts'
import { smallSampleFactor } from '../stats/cohens-d.ts'
import type { ConfidenceInterval } from '../stats/confidence-interval.ts'
import { alphaOf } from '../stats/inference-options.ts'
import { isNotComputable } from '../stats/not-computable.ts'
import { oddsRatio, woolfInterval } from '../stats/odds-ratio.ts'
import type { Proportion } from '../stats/proportion.ts'
import type { MetricDefinition } from './metric-definition.ts'
import type { Comparison } from './result-row.ts'

/** A measure of how large an effect is. */
export interface EffectSize {
  name: 'COHENS_H' | 'COHENS_D' | 'HEDGES_G' | 'RISK_DIFFERENCE' | 'ODDS_RATIO'
  value: number
  /** Null where none is computed. */
  confidenceInterval: ConfidenceInterval | null
}

/** The measures of size that exist for a kind of metric, from what its comparison found. */
export function effectSizesOf(kind: MetricDefinition['kind'], comparison: Comparison): EffectSize[] {
  const { effectSize } = comparison
  const own: EffectSize[] = effectSize === null ? [] : [effectSize]
  if (kind === 'PROPORTION') return [...riskMeasures(comparison), ...own]
  if (effectSize?.name === 'COHENS_D') return [...own, hedgesG(effectSize, comparison)]
  return own
}

/** Where rates are tested otherwise, as adjusted by covariates, the odds as counted have no interval to go with them. */
const ofCounts: Comparison['method'][] = ['CHI_SQUARE', 'FISHER_EXACT']

function riskMeasures({ control, treatment, effect, pValue, method, look }: Comparison): EffectSize[] {
  if (effect === null || effect.estimate === null) return []
  const difference: EffectSize = {
    name: 'RISK_DIFFERENCE',
    value: effect.estimate,
    confidenceInterval: effect.confidenceInterval,
  }
  const arms: [Proportion, Proportion] = [
    { n: control.n, successes: control.total },
    { n: treatment.n, successes: treatment.total },
  ]
  const odds = oddsRatio(...arms)
  if (odds === null) return [difference]
  const { level, unbounded } = effect.confidenceInterval
  const alternative =
    unbounded?.upper === 'oneSided' ? 'greater' : unbounded?.lower === 'oneSided' ? 'less' : 'two-sided'
  const error = look === undefined ? {} : { alpha: look.nominalAlpha }
  const rulesNothingOut = look?.nominalAlpha === 0
  const interval = rulesNothingOut ? null : woolfInterval(...arms, { level, alternative, ...error })
  // Woolf's interval inverts a test of its own: where that and the row's p-value disagree about "no effect", it ends there.
  const settled =
    interval === null || isNotComputable(interval) || pValue === null || !ofCounts.includes(method)
      ? null
      : endAtNoEffect(interval, pValue, alphaOf(level), 1)
  return [difference, { name: 'ODDS_RATIO', value: odds, confidenceInterval: settled }]
}

/** Cohen's d and the ends of its interval, each without the bias of small samples. */
function hedgesG(
  { value, confidenceInterval }: NonNullable<Comparison['effectSize']>,
  { control, treatment }: Comparison,
): EffectSize {
  const factor = smallSampleFactor(control.n + treatment.n - 2)
  const times = (end: number | null) => (end === null ? null : end * factor)
  return {
    name: 'HEDGES_G',
    value: value * factor,
    confidenceInterval: confidenceInterval && {
      ...confidenceInterval,
      lower: times(confidenceInterval.lower),
      upper: times(confidenceInterval.upper),
    },
  }
}
