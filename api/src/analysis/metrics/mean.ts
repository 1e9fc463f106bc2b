import { cohensD } from '../../stats/cohens-d.ts'
import { hodgesLehmannShift } from '../../stats/hodges-lehmann-shift.ts'
import type { InferenceOptions } from '../../stats/inference-options.ts'
import { mannWhitneyTest } from '../../stats/mann-whitney-test.ts'
import { type Moments, sampleVariance } from '../../stats/moments.ts'
import { isNotComputable } from '../../stats/not-computable.ts'
import type { RankTable } from '../../stats/rank-table.ts'
import { welchTTest } from '../../stats/welch-t-test.ts'
import { type Arm, momentsOf, rankTableOf, totalOf } from '../arm.ts'
import type { MetricDefinition } from '../metric-definition.ts'
import { type ArmStatistics, type Comparison, type RankResult, withoutResult } from '../result-row.ts'
import type { MetricAnalysis } from './metric-analysis.ts'

/** Mean per user: revenue per visitor, orders per visitor. Welch's t test, with the rank test beside it. */
export const mean: MetricAnalysis = {
  methods: ['WELCH_T', 'MANN_WHITNEY'],
  needs: ({ numerator }) => ({ measures: [numerator], cells: [0] }),
  compare(metric, controlArm, treatmentArm, { inference, method, effectsOnly }) {
    const control = momentsOf(controlArm, metric.numerator)
    const treatment = momentsOf(treatmentArm, metric.numerator)
    const isRanked = method === 'MANN_WHITNEY' || !effectsOnly
    const table = isRanked ? rankTableOf(controlArm, treatmentArm, metric.numerator) : null
    const ranks = table === null ? NO_RANKS : rankResult(table, inference)
    const base = {
      control: statistics(controlArm, control, metric),
      treatment: statistics(treatmentArm, treatment, metric),
      effectSize: effectsOnly ? null : effectSizeOf(control, treatment, inference),
      rank: ranks.rank,
      notes: [],
    }
    if (method === 'MANN_WHITNEY') return { ...base, ...rankComparison(ranks) }
    const methodReason =
      method === 'WELCH_T' ? 'Chosen in the settings.' : 'The default for means: the variants may differ in spread.'
    const welch = welchTTest(control, treatment, inference)
    if (isNotComputable(welch)) return { ...base, method: 'WELCH_T', methodReason, ...withoutResult(welch) }
    const lift = welch.relativeEffect
    return {
      ...base,
      method: 'WELCH_T',
      methodReason,
      effect: {
        estimate: welch.estimate,
        standardError: welch.standardError,
        confidenceInterval: welch.confidenceInterval,
      },
      relativeEffect: isNotComputable(lift) ? null : { ...lift, standardError: null },
      relativeNotComputable: isNotComputable(lift) ? lift : null,
      statistic: welch.statistic,
      degreesOfFreedom: welch.degreesOfFreedom,
      pValue: welch.pValue,
      log10PValue: welch.log10PValue,
      notComputable: null,
    }
  },
}

/** The rank test's result, or why there is none; neither where ranks were not asked for. */
interface Ranks {
  rank: RankResult | null
  problem: { reason: string; message: string } | null
}

const NO_RANKS: Ranks = { rank: null, problem: null }

const RANKS_OF_ALL_USERS_ONLY = {
  reason: 'ranksOfAllUsersOnly',
  message: 'Ranks are compared over all users only, not within segments.',
}

/** The rank test as the main result: its effect is the shift, and it has no lift. */
function rankComparison({
  rank,
  problem,
}: Ranks): Omit<Comparison, 'control' | 'treatment' | 'effectSize' | 'rank' | 'notes'> {
  const base = { method: 'MANN_WHITNEY' as const, methodReason: 'Chosen in the settings.' }
  if (rank === null) return { ...base, ...withoutResult(problem ?? RANKS_OF_ALL_USERS_ONLY) }
  return {
    ...base,
    effect: rank.shift,
    relativeEffect: null,
    relativeNotComputable: {
      reason: 'ranksHaveNoLift',
      message: 'A rank test compares orders and not means: it has no lift.',
    },
    statistic: rank.statistic,
    degreesOfFreedom: null,
    pValue: rank.pValue,
    log10PValue: rank.log10PValue,
    notComputable: null,
  }
}

function rankResult(table: RankTable, options: InferenceOptions): Ranks {
  const test = mannWhitneyTest(table, options)
  if (isNotComputable(test)) return { rank: null, problem: test }
  const shift = hodgesLehmannShift(table, options)
  const interval = isNotComputable(shift) ? shift : shift.confidenceInterval
  const rank: RankResult = {
    statistic: test.u,
    pValue: test.pValue,
    log10PValue: test.log10PValue,
    probabilityOfSuperiority: test.probabilityOfSuperiority,
    shift:
      isNotComputable(shift) || isNotComputable(interval)
        ? null
        : { estimate: shift.estimate, standardError: null, confidenceInterval: interval },
  }
  return { rank, problem: null }
}

function effectSizeOf(control: Moments, treatment: Moments, options: InferenceOptions): Comparison['effectSize'] {
  const size = cohensD(control, treatment, options)
  if (isNotComputable(size)) return null
  const interval = size.confidenceInterval
  return {
    name: 'COHENS_D',
    value: size.cohensD,
    confidenceInterval: isNotComputable(interval) ? null : interval,
  }
}

function statistics(arm: Arm, moments: Moments, { numerator }: MetricDefinition): ArmStatistics {
  const { n } = moments
  return {
    n,
    mean: n === 0 ? null : moments.mean,
    standardDeviation: n < 2 ? null : Math.sqrt(sampleVariance(moments)),
    total: totalOf(arm, numerator),
    denominatorTotal: null,
  }
}
