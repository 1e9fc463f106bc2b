import { isNotComputable } from '../../stats/not-computable.ts'
import { quantileEstimate, type QuantileEstimate } from '../../stats/quantile-estimate.ts'
import { quantileDifferenceTest } from '../../stats/quantile-difference-test.ts'
import { quantileOf } from '../../stats/quantile.ts'
import type { NotComputable } from '../../stats/not-computable.ts'
import { type Arm, totalOf, valueTableOf } from '../arm.ts'
import type { MetricDefinition } from '../metric-definition.ts'
import { type ArmStatistics, type Comparison, withoutResult } from '../result-row.ts'
import type { MetricAnalysis } from './metric-analysis.ts'

const OF_ALL_USERS_ONLY = {
  reason: 'quantilesOfAllUsersOnly',
  message: 'Quantiles are compared over all users only, not within segments.',
}

/** A quantile of the users' values: the median, the 90th percentile. All users count, those with 0 included. */
export const quantile: MetricAnalysis = {
  methods: [],
  needs: ({ numerator }) => ({ measures: [numerator], cells: [0] }),
  compare(metric, controlArm, treatmentArm, { inference }) {
    const base: Pick<
      Comparison,
      'control' | 'treatment' | 'method' | 'methodReason' | 'effectSize' | 'rank' | 'notes'
    > = {
      control: statistics(controlArm, metric),
      treatment: statistics(treatmentArm, metric),
      method: 'QUANTILE_ORDER_STATISTICS',
      methodReason: 'The default for quantiles: how far off they may be is read from the values around them.',
      effectSize: null,
      rank: null,
      notes: [],
    }
    const [control, treatment] = [controlArm, treatmentArm].map((arm) => quantileOfArm(arm, metric))
    if (control == null || treatment == null) return { ...base, ...withoutResult(OF_ALL_USERS_ONLY) }
    if (isNotComputable(control)) return { ...base, ...withoutResult(control) }
    if (isNotComputable(treatment)) return { ...base, ...withoutResult(treatment) }
    const test = quantileDifferenceTest(control, treatment, inference)
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
      degreesOfFreedom: null,
      pValue: test.pValue,
      log10PValue: test.log10PValue,
      notComputable: null,
    }
  },
}

/** An arm's quantile with its standard error; null where its distribution is not known. */
export function quantileOfArm(arm: Arm, metric: MetricDefinition): QuantileEstimate | NotComputable | null {
  const table = valueTableOf(arm, metric.numerator)
  return table && quantileEstimate(table, levelOf(metric))
}

function levelOf({ key, quantile: level }: MetricDefinition): number {
  if (level === undefined) throw new RangeError(`The quantile metric "${key}" has no level`)
  return level
}

function statistics(arm: Arm, metric: MetricDefinition): ArmStatistics {
  const table = valueTableOf(arm, metric.numerator)
  const value = table && quantileOf(table, levelOf(metric))
  return {
    n: arm.group.n,
    mean: typeof value === 'number' ? value : null,
    standardDeviation: null,
    total: totalOf(arm, metric.numerator),
    denominatorTotal: null,
  }
}
