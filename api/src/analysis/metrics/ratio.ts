import { isNotComputable } from '../../stats/not-computable.ts'
import type { RatioOptions } from '../../stats/ratio-of-means.ts'
import { ratioTest } from '../../stats/ratio-test.ts'
import { type Arm, coMomentsOf, totalOf } from '../arm.ts'
import type { MetricDefinition } from '../metric-definition.ts'
import { type ArmStatistics, type Comparison, withoutResult } from '../result-row.ts'
import type { MetricAnalysis } from './metric-analysis.ts'

/** Only users who have a denominator say how much a ratio varies: with few of them all users' number is too sure. */
export const RATIO_OPTIONS = { restsOn: 'denominators' } as const satisfies RatioOptions

/** A ratio of sums over users: average order value. Users are the independent units, so the delta method is used. */
export const ratio: MetricAnalysis = {
  methods: [],
  needs: (metric) => ({ measures: [metric.numerator, denominatorOf(metric)], pairs: [[0, 1]] }),
  compare(metric, controlArm, treatmentArm, { inference }) {
    const denominator = denominatorOf(metric)
    const test = ratioTest(
      coMomentsOf(controlArm, metric.numerator, denominator),
      coMomentsOf(treatmentArm, metric.numerator, denominator),
      { ...inference, ...RATIO_OPTIONS },
    )
    const base: Pick<
      Comparison,
      'control' | 'treatment' | 'method' | 'methodReason' | 'effectSize' | 'rank' | 'notes'
    > = {
      control: statistics(controlArm, metric),
      treatment: statistics(treatmentArm, metric),
      method: 'RATIO_DELTA',
      methodReason:
        'The default for ratios: what one user adds to both sums is not independent, and only users with a denominator say how much the ratio varies.',
      effectSize: null,
      rank: null,
      notes: [],
    }
    if (isNotComputable(test)) return { ...base, ...withoutResult(test) }
    const lift = test.relativeEffect
    return {
      ...base,
      effect: {
        estimate: test.estimate,
        standardError: test.standardError,
        confidenceInterval: test.confidenceInterval,
      },
      relativeEffect: isNotComputable(lift) ? null : { ...lift, standardError: null },
      relativeNotComputable: isNotComputable(lift) ? lift : null,
      statistic: test.statistic,
      degreesOfFreedom: test.degreesOfFreedom,
      pValue: test.pValue,
      log10PValue: test.log10PValue,
      notComputable: null,
    }
  },
}

function denominatorOf({ key, denominator }: MetricDefinition) {
  if (denominator === null) throw new RangeError(`The ratio metric "${key}" has no denominator`)
  return denominator
}

function statistics(arm: Arm, metric: MetricDefinition): ArmStatistics {
  const total = totalOf(arm, metric.numerator)
  const denominatorTotal = totalOf(arm, denominatorOf(metric))
  return {
    n: arm.group.n,
    mean: denominatorTotal === 0 ? null : total / denominatorTotal,
    standardDeviation: null,
    total,
    denominatorTotal,
  }
}
