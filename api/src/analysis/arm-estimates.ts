import type { ArmEstimate } from '../stats/fieller-lift.ts'
import { sampleVariance } from '../stats/moments.ts'
import { isNotComputable } from '../stats/not-computable.ts'
import { ratioOfMeans } from '../stats/ratio-of-means.ts'
import { type Arm, coMomentsOf, momentsOf } from './arm.ts'
import type { MetricDefinition } from './metric-definition.ts'
import { quantileOfArm } from './metrics/quantile.ts'
import { RATIO_OPTIONS } from './metrics/ratio.ts'

/** What an arm shows of a metric, as one number with its standard error; null where it has none. */
export function armEstimate(arm: Arm, metric: MetricDefinition): ArmEstimate | null {
  switch (metric.kind) {
    case 'PROPORTION':
    case 'MEAN': {
      const moments = momentsOf(arm, metric.numerator)
      if (moments.n < 2) return null
      return { value: moments.mean, standardError: Math.sqrt(sampleVariance(moments) / moments.n) }
    }
    case 'RATIO': {
      const ratio = ratioOfMeans(coMomentsOf(arm, metric.numerator, metric.denominator!), RATIO_OPTIONS)
      return isNotComputable(ratio) ? null : { value: ratio.ratio, standardError: Math.sqrt(ratio.variance) }
    }
    case 'QUANTILE': {
      const quantile = quantileOfArm(arm, metric)
      return quantile === null || isNotComputable(quantile) ? null : quantile
    }
  }
}
