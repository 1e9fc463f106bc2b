import type { Needs } from '../engine/merge-plans.ts'
import type { Measure } from '../engine/plan.ts'
import type { CoMoments } from '../stats/co-moments.ts'
import { type CupedAdjustment, cupedAdjustment } from '../stats/cuped.ts'
import { type CupedTestResult, cupedTest } from '../stats/cuped-test.ts'
import { effectiveUnits } from '../stats/effective-units.ts'
import type { ArmEstimate } from '../stats/fieller-lift.ts'
import type { InferenceOptions } from '../stats/inference-options.ts'
import { linearisedQuantities, type Quantity } from '../stats/linearised-quantities.ts'
import { type Moments, sampleVariance } from '../stats/moments.ts'
import { isNotComputable } from '../stats/not-computable.ts'
import { welchTTest } from '../stats/welch-t-test.ts'
import { type Arm, coMomentsOf, momentsOf } from './arm.ts'
import type { MetricDefinition } from './metric-definition.ts'
import type { Comparison } from './result-row.ts'

/** A metric whose value before the exposure is what users are adjusted by. */
export interface Covariate {
  /** Its key. */
  metric: string
  numerator: Measure
  denominator: Measure | null
}

export interface VarianceReduction {
  kind: 'CUPED'
  /** Null: each metric is adjusted by its own value before the exposure. */
  covariates: Covariate[] | null
}

/** What came of adjusting by covariates, for whoever wants to check it. */
export interface VarianceReductionAudit {
  /** Whether the row's numbers are adjusted ones. */
  applied: boolean
  /** Why they are not. */
  fallback: { reason: string; message: string } | null
  /** By how much the metric rises with each covariate, over all variants; null where it was not computed. */
  covariates: { metric: string; theta: number | null }[]
  /** Share of the effect's squared standard error that the covariates took away. */
  varianceBought: number | null
  /** The effect without adjustment. */
  plainEffect: { estimate: number | null; standardError: number | null } | null
  /** The metric's levels after adjustment: their difference is the effect. */
  controlMean: number | null
  treatmentMean: number | null
  /** Whether chance explains how far apart the two variants were before the exposure: small is suspicious. */
  balancePValue: number | null
  /** Share of the two variants' users who did nothing of it before their exposure. */
  shareWithoutPrePeriod: number | null
}

/** The covariates of a metric. */
export function covariatesOf(
  { key, numerator, denominator }: MetricDefinition,
  { covariates }: VarianceReduction,
): Covariate[] {
  return (covariates ?? [{ metric: key, numerator, denominator }]).map((covariate) => ({
    metric: covariate.metric,
    numerator: { ...covariate.numerator, before: true },
    denominator: covariate.denominator && { ...covariate.denominator, before: true },
  }))
}

/** What adjustment needs beside what the metric itself needs; nothing for metrics that are not adjusted. */
export function covariateNeeds(metric: MetricDefinition, settings: VarianceReduction): Needs[] {
  if (metric.kind === 'QUANTILE') return []
  const { measures } = columnsOf(metric, covariatesOf(metric, settings))
  const pairs = measures.flatMap((_, j) => measures.slice(0, j).map((_measure, i): [number, number] => [i, j]))
  return [
    { measures, pairs: pairs.filter(([i, j]) => !isSame(measures[i]!, measures[j]!)) },
    { measures: [presence(metric, settings)] },
  ]
}

/** Whether a user did anything of it before the exposure. */
function presence(metric: MetricDefinition, settings: VarianceReduction): Measure {
  const types = covariatesOf(metric, settings).flatMap(({ numerator, denominator }) => [
    ...numerator.eventTypes,
    ...(denominator?.eventTypes ?? []),
  ])
  return { eventTypes: [...new Set(types)].sort(), aggregation: 'any', before: true }
}

/** Measures, and which of them make the outcome (first) and the covariates. */
function columnsOf(metric: MetricDefinition, covariates: Covariate[]): { measures: Measure[]; quantities: Quantity[] } {
  const measures: Measure[] = []
  const quantities = [metric, ...covariates].map(({ numerator, denominator }): Quantity => {
    const column = measures.push(numerator) - 1
    return denominator === null
      ? { numerator: column }
      : { numerator: column, denominator: measures.push(denominator) - 1 }
  })
  return { measures, quantities }
}

function isSame(a: Measure, b: Measure): boolean {
  const text = ({ eventTypes, aggregation, before }: Measure) =>
    JSON.stringify([[...new Set(eventTypes)].sort(), aggregation, before ?? false])
  return text(a) === text(b)
}

/** An adjusted comparison, with what other methods need of it. */
export interface Adjusted {
  comparison: Comparison
  /** Both variants' adjusted levels; null where nothing was adjusted. */
  estimates: { control: ArmEstimate; treatment: ArmEstimate } | null
}

const REASONS = {
  noPreExposureEvents:
    'No user did any of it before the exposure, so there is nothing to adjust by: the plain result is shown.',
  covariatesDoNotVary:
    'All users were alike before the exposure, so there is nothing to adjust by: the plain result is shown.',
  ranksNotAdjusted: 'Ranks are not adjusted by what was before: the plain result is shown.',
  quantilesNotAdjusted: 'Quantiles are not adjusted by what was before: the plain result is shown.',
  tooFewConversions:
    'There are too few conversions for an adjusted comparison: the exact test of the plain numbers is shown.',
  tooFewBefore:
    'Fewer than 20 users did any of it before their exposure: too few to tell what it foretells, so the plain result is shown.',
  explainsEverything: 'What was before explains everything, so nothing is left to test: the plain result is shown.',
} as const

/** Users of all variants: with fewer the slope is chance, and the adjusted interval errs more to one side. */
export const LEAST_USERS_BEFORE = 20

/** Below it, users who differ that much before their exposure are no accident. */
const SUSPICIOUS_BALANCE = 0.001

/**
 * The comparison of a treatment with the control after adjustment by covariates, or the plain one with the reason why
 * not.
 *
 * @param arms all variants, the control first: theta is the same for every comparison of a metric
 */
export function adjustByCovariates(
  metric: MetricDefinition,
  arms: Arm[],
  treatment: number,
  plain: Comparison,
  inference: InferenceOptions,
  settings: VarianceReduction,
): Adjusted {
  const covariates = covariatesOf(metric, settings)
  const audit: VarianceReductionAudit = {
    applied: false,
    fallback: null,
    covariates: covariates.map(({ metric: key }) => ({ metric: key, theta: null })),
    varianceBought: null,
    plainEffect: plain.effect && { estimate: plain.effect.estimate, standardError: plain.effect.standardError },
    controlMean: null,
    treatmentMean: null,
    balancePValue: null,
    shareWithoutPrePeriod: null,
  }
  const fallback = (reason: string, message: string): Adjusted => ({
    comparison: { ...plain, varianceReduction: { ...audit, fallback: { reason, message } } },
    estimates: null,
  })
  const because = (reason: keyof typeof REASONS) => fallback(reason, REASONS[reason])
  if (metric.kind === 'QUANTILE') return because('quantilesNotAdjusted')
  audit.shareWithoutPrePeriod = shareWithout(presence(metric, settings), [arms[0]!, arms[treatment]!])
  if (plain.method === 'MANN_WHITNEY') return because('ranksNotAdjusted')
  if (plain.method === 'FISHER_EXACT') return because('tooFewConversions')
  if (plain.notComputable !== null) return fallback(plain.notComputable.reason, plain.notComputable.message)
  if (audit.shareWithoutPrePeriod === 1) return because('noPreExposureEvents')
  if (usersBefore(presence(metric, settings), arms) < LEAST_USERS_BEFORE) return because('tooFewBefore')
  const { measures, quantities } = columnsOf(metric, covariates)
  const linear: CoMoments[] = []
  for (const arm of arms) {
    const own = linearisedQuantities(coMomentsOf(arm, ...measures), quantities)
    if (!isNotComputable(own)) linear.push(own)
    else if (arm.group.n > 0)
      return own.reason === 'denominatorIsZero' ? because('noPreExposureEvents') : fallback(own.reason, own.message)
    else linear.push({ n: 0, means: quantities.map(() => 0), coMoments: quantities.map(() => quantities.map(() => 0)) })
  }
  const adjustment = cupedAdjustment(linear, { covariates: covariates.map((_, i) => i + 1) })
  if (adjustment.theta.every((theta) => theta === 0)) return because('covariatesDoNotVary')
  const [control, treated] = [linear[0]!, linear[treatment]!]
  const restsOn = { control: unitsBehind(arms[0]!, metric), treatment: unitsBehind(arms[treatment]!, metric) }
  const test = cupedTest(control, treated, adjustment, { ...inference, restsOn })
  if (isNotComputable(test)) {
    return test.reason === 'zeroVariance' ? because('explainsEverything') : fallback(test.reason, test.message)
  }
  return computed(plain, audit, test, adjustment, control, treated)
}

/** How many of an arm's users say how much the metric varies. */
function unitsBehind(arm: Arm, { denominator }: MetricDefinition): number {
  return denominator === null ? arm.group.n : effectiveUnits(momentsOf(arm, denominator))
}

function computed(
  plain: Comparison,
  audit: VarianceReductionAudit,
  test: CupedTestResult,
  adjustment: CupedAdjustment,
  control: CoMoments,
  treatment: CoMoments,
): Adjusted {
  const balance = welchTTest(foretold(control, adjustment), foretold(treatment, adjustment))
  const balancePValue = isNotComputable(balance) ? null : balance.pValue
  const lift = test.relativeEffect
  const estimateOf = (moments: Moments): ArmEstimate => ({
    value: moments.mean,
    standardError: Math.sqrt(sampleVariance(moments) / moments.n),
  })
  const isSuspicious = balancePValue !== null && balancePValue < SUSPICIOUS_BALANCE
  return {
    comparison: {
      ...plain,
      method: 'CUPED',
      methodReason: 'Chosen in the settings: what users did before their exposure is taken out of their values.',
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
      varianceReduction: {
        ...audit,
        applied: true,
        covariates: audit.covariates.map(({ metric }, i) => ({ metric, theta: adjustment.theta[i]! })),
        varianceBought: test.varianceReduction,
        plainEffect: {
          estimate: treatment.means[0]! - control.means[0]!,
          standardError: test.plainStandardError,
        },
        controlMean: test.control.mean,
        treatmentMean: test.treatment.mean,
        balancePValue,
      },
      adjustments: [...(plain.adjustments ?? []), 'values: adjusted by what users did before their exposure (CUPED)'],
      notes: isSuspicious
        ? [
            ...plain.notes,
            'The variants differed before the exposure by more than chance explains: check how users are assigned.',
          ]
        : plain.notes,
    },
    estimates: { control: estimateOf(test.control), treatment: estimateOf(test.treatment) },
  }
}

/** The moments of what the covariates foretell. */
function foretold({ n, means, coMoments }: CoMoments, { theta, covariates }: CupedAdjustment): Moments {
  const mean = theta.reduce((sum, slope, i) => sum + slope * means[covariates[i]!]!, 0)
  const m2 = theta.reduce(
    (sum, a, i) => sum + theta.reduce((row, b, j) => row + a * b * coMoments[covariates[i]!]![covariates[j]!]!, 0),
    0,
  )
  return { n, mean, m2: Math.max(0, m2) }
}

function shareWithout(measure: Measure, arms: Arm[]): number | null {
  const users = arms.reduce((sum, { group }) => sum + group.n, 0)
  return users === 0 ? null : Math.max(0, 1 - usersBefore(measure, arms) / users)
}

/** How many users did something of it before the exposure. */
function usersBefore(presence: Measure, arms: Arm[]): number {
  return arms.reduce((sum, arm) => sum + Math.round(momentsOf(arm, presence).mean * arm.group.n), 0)
}
