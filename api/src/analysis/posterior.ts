import { betaComparison } from '../stats/beta-comparison.ts'
import { betaLiftInterval } from '../stats/beta-intervals.ts'
import { type BetaPosterior, betaPosterior, type BetaPrior } from '../stats/beta-posterior.ts'
import { bestOfArms } from '../stats/best-of-arms.ts'
import type { ConfidenceInterval } from '../stats/confidence-interval.ts'
import { deltaLift } from '../stats/delta-lift.ts'
import type { ArmEstimate } from '../stats/fieller-lift.ts'
import { normalPosterior, type NormalPrior } from '../stats/normal-posterior.ts'
import { isNotComputable } from '../stats/not-computable.ts'
import { type Arm, momentsOf, totalOf } from './arm.ts'
import type { MetricDefinition } from './metric-definition.ts'

/** What is believed before the data. */
export interface BayesianSettings {
  /** Of the lift, normal; null: flat, every lift is as likely. Not used for proportions. */
  liftPrior: { mean: number; standardDeviation: number } | null
  /** Of each conversion rate. */
  ratePrior: BetaPrior
}

/** What is believed after the data. "Better" is more, or less, by the metric's goal. */
export interface Posterior {
  /** 'BETA_BINOMIAL': of two conversion rates. 'NORMAL': of the lift, from its estimate and standard error. */
  model: 'BETA_BINOMIAL' | 'NORMAL'
  /** Median of the lift (for NORMAL also its mean), and its interval with equal tails. */
  lift: number
  credibleInterval: ConfidenceInterval
  /** Probability that the treatment is better than the control. */
  chanceToBeatControl: number
  /** Probability that it is the best of all variants; proportions only. */
  chanceToBeBest: number | null
  /** What choosing the treatment, or the control, costs on average, in units of the metric. */
  expectedLossOfTreatment: number
  expectedLossOfControl: number
}

/**
 * The posterior of a treatment against the control; null where there is none.
 *
 * @param arms all variants, the control first
 * @param estimates what the two show after adjustment; null where proportions are compared as they are
 */
export function posteriorOf(
  metric: MetricDefinition,
  arms: Arm[],
  treatment: number,
  estimates: { control: ArmEstimate; treatment: ArmEstimate } | null,
  level: number,
  settings: BayesianSettings,
): Posterior | null {
  const isIncrease = metric.goal === 'INCREASE'
  if (estimates === null) {
    if (metric.kind !== 'PROPORTION') return null
    const posteriors = arms.map((arm) => ofRate(arm, metric, settings.ratePrior))
    return betaBinomial(posteriors, treatment, isIncrease, level)
  }
  const lift = deltaLift(estimates.control, estimates.treatment)
  if (isNotComputable(lift)) return null
  const { liftPrior } = settings
  const prior: NormalPrior | null = liftPrior && { mean: liftPrior.mean, variance: liftPrior.standardDeviation ** 2 }
  const posterior = normalPosterior(lift.estimate, lift.standardError, prior, level)
  if (isNotComputable(posterior)) return null
  const unit = Math.abs(estimates.control.value)
  const [ofTreatment, ofControl] = [posterior.expectedLossOfTreatment * unit, posterior.expectedLossOfControl * unit]
  return {
    model: 'NORMAL',
    lift: posterior.mean,
    credibleInterval: posterior.credibleInterval,
    chanceToBeatControl: isIncrease ? posterior.chanceToWin : posterior.chanceToLose,
    chanceToBeBest: null,
    expectedLossOfTreatment: isIncrease ? ofTreatment : ofControl,
    expectedLossOfControl: isIncrease ? ofControl : ofTreatment,
  }
}

function ofRate(arm: Arm, { numerator }: MetricDefinition, prior: BetaPrior): BetaPosterior {
  return betaPosterior({ n: momentsOf(arm, numerator).n, successes: totalOf(arm, numerator) }, prior)
}

function betaBinomial(
  posteriors: BetaPosterior[],
  treatment: number,
  isIncrease: boolean,
  level: number,
): Posterior | null {
  const [control, treated] = [posteriors[0]!, posteriors[treatment]!]
  const lift = betaLiftInterval(control, treated, level)
  if (isNotComputable(lift)) return null
  const compared = betaComparison(control, treated)
  // The least of several rates is the largest of their complements.
  const rates = isIncrease ? posteriors : posteriors.map((one) => ({ ...one, alpha: one.beta, beta: one.alpha }))
  return {
    model: 'BETA_BINOMIAL',
    lift: lift.median,
    credibleInterval: lift.credibleInterval,
    chanceToBeatControl: isIncrease ? compared.chanceToWin : compared.chanceToLose,
    chanceToBeBest: bestOfArms(rates)[treatment]!.chanceToBeBest,
    expectedLossOfTreatment: isIncrease ? compared.expectedLossOfTreatment : compared.expectedLossOfControl,
    expectedLossOfControl: isIncrease ? compared.expectedLossOfControl : compared.expectedLossOfTreatment,
  }
}
