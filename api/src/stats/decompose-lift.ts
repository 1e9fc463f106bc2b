import { type CoMoments, sampleCovariance } from './co-moments.ts'
import { type ConfidenceInterval, hasFiniteEnds, intervalAround } from './confidence-interval.ts'
import { bonferroniLevel } from './bonferroni.ts'
import { normal } from './distributions/normal.ts'
import { resolveOptions } from './inference-options.ts'
import { type NotComputable, notComputable } from './not-computable.ts'

/** A factor of a product, or the product itself. */
export interface LiftFactor {
  /** in each arm */
  control: number
  treatment: number
  /** treatment / control - 1 */
  lift: number
  /** log(treatment / control): those of the factors add up to that of the whole */
  logRatio: number
  standardError: number
  /** of the lift; those of the factors hold together at the level asked for */
  confidenceInterval: ConfidenceInterval
  /** of the whole's log ratio; null where that is 0 */
  share: number | null
}

export interface LiftDecomposition {
  kind: 'computed'
  whole: LiftFactor
  factors: LiftFactor[]
}

/**
 * Takes the lift of a mean apart into the lifts of its factors: revenue per visitor = conversion x orders per buyer x
 * average order value.
 *
 * The columns of the co-moments are the steps x_1, ..., x_k that lead to the whole: the factors are mean(x_1), mean(x_2) /
 * mean(x_1), ..., mean(x_k) / mean(x_(k-1)), and their product is mean(x_k). On the log scale products are sums, so each
 * factor has a share of the whole and the shares add up to 1.
 *
 * Assumptions: users independent, all means far above zero against their noise.
 * Formula: log ratios of treatment and control; the variance of log(mean_j / mean_i) in an arm is (s_jj / m_j^2 - 2 s_ij /
 * (m_i m_j) + s_ii / m_i^2) / n (delta method, with the covariance of the steps), and the arms' add up. Intervals are exp(log
 * ratio -+ z se) - 1: the whole's at the level, the k factors' at Bonferroni's level 1 - (1 - level) / k, so that they
 * hold at once.
 *
 * Not computable: `noUnits`, `tooFewUnits`, `notPositive` unless all means are above 0, `outOfRange`.
 * Errors: RangeError for arms with other columns, without columns, or a level outside (0, 1).
 *
 * See Casella and Berger (2002), "Statistical inference", section 5.5.4, on the delta method.
 *
 * @example
 * const control = coMomentsOf([[1, 0, 1, 0], [10, 0, 30, 0]])
 * const treatment = coMomentsOf([[1, 1, 1, 0], [20, 10, 60, 0]])
 * const parts = decomposeLift(control, treatment)
 * parts.whole.lift // => 1.25
 * parts.factors[0].lift // => 0.5
 * parts.factors[1].lift // => 0.5
 * parts.factors[0].share // => 0.5
 */
export function decomposeLift(
  control: CoMoments,
  treatment: CoMoments,
  options: { level?: number } = {},
): LiftDecomposition | NotComputable {
  const steps = control.means.length
  if (steps === 0 || steps !== treatment.means.length) {
    throw new RangeError(`both arms must have the same columns, got ${steps} and ${treatment.means.length}`)
  }
  const { level } = resolveOptions(options)
  if (control.n < 1 || treatment.n < 1) return notComputable('noUnits')
  if (control.n < 2 || treatment.n < 2) return notComputable('tooFewUnits')
  if (![...control.means, ...treatment.means].every((mean) => mean > 0)) return notComputable('notPositive')
  const arms = { control, treatment }
  const whole = factorOf(arms, steps - 1, null, level)
  const jointly = bonferroniLevel(level, steps)
  const factors = control.means.map((_, step) => factorOf(arms, step, step === 0 ? null : step - 1, jointly))
  const isFinite = [whole, ...factors].every(
    (one) => Number.isFinite(one.lift) && Number.isFinite(one.standardError) && hasFiniteEnds(one.confidenceInterval),
  )
  if (!isFinite) return notComputable('outOfRange')
  const shareOf = ({ logRatio }: LiftFactor) => (whole.logRatio === 0 ? null : logRatio / whole.logRatio)
  return { kind: 'computed', whole, factors: factors.map((factor) => ({ ...factor, share: shareOf(factor) })) }
}

interface Arms {
  control: CoMoments
  treatment: CoMoments
}

/** mean(x_step) / mean(x_below), or mean(x_step) alone. */
function factorOf({ control, treatment }: Arms, step: number, below: number | null, level: number): LiftFactor {
  const valueIn = ({ means }: CoMoments) => (below === null ? means[step]! : means[step]! / means[below]!)
  const [c, t] = [valueIn(control), valueIn(treatment)]
  const relative = (t - c) / c
  const logRatio = Math.log1p(relative)
  const standardError = Math.sqrt(logVariance(control, step, below) + logVariance(treatment, step, below))
  const interval = intervalAround(logRatio, standardError, normal, resolveOptions({ level }))
  const lift = (end: number | null) => (end === null ? null : Math.expm1(end))
  return {
    control: c,
    treatment: t,
    lift: relative,
    logRatio,
    standardError,
    confidenceInterval: { ...interval, lower: lift(interval.lower), upper: lift(interval.upper) },
    share: below === null ? 1 : null,
  }
}

function logVariance(arm: CoMoments, step: number, below: number | null): number {
  const relative = (i: number, j: number) => sampleCovariance(arm, i, j) / arm.means[i]! / arm.means[j]!
  if (below === null) return relative(step, step) / arm.n
  return Math.max(0, relative(step, step) - 2 * relative(step, below) + relative(below, below)) / arm.n
}
