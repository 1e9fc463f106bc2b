import { type BetaPosterior, type BetaShapes as Shapes, logitOf, logProduct } from './beta-posterior.ts'
import { type ConfidenceInterval, intervalBetween } from './confidence-interval.ts'
import { solveIncreasing } from './distributions/numerics/find-root.ts'
import { incompleteBeta, logBetaTerm } from './distributions/numerics/incomplete-beta.ts'
import { logIntegralOfPeak } from './distributions/numerics/integrate-peak.ts'
import { sigmoid } from './distributions/numerics/inverse-incomplete-beta.ts'
import { resolveOptions } from './inference-options.ts'
import { type NotComputable, notComputable } from './not-computable.ts'

/**
 * The equal-tailed credible interval of the difference of two rates, treatment minus control.
 *
 * Formula: the roots of P(T - C <= d) = alpha / 2 and of P(T - C > d) = alpha / 2. Errors: RangeError for a level outside
 * (0, 1).
 *
 * @example
 * const interval = betaDifferenceInterval(betaPosterior({ successes: 0, n: 30 }), betaPosterior({ successes: 4, n: 35 }))
 * interval.lower // => -0.0132097841
 * interval.upper // => 0.237806525
 */
export function betaDifferenceInterval(
  control: BetaPosterior,
  treatment: BetaPosterior,
  level = 0.95,
): ConfidenceInterval {
  const options = resolveOptions({ level })
  const start = treatment.mean - control.mean
  const spread = Math.hypot(treatment.standardDeviation, control.standardDeviation)
  const quantile = (tail: (d: number) => number, sign: 1 | -1): number => {
    const log = Math.log(options.tailAlpha)
    // On the scale of the inverse hyperbolic tangent the differences from -1 to 1 fill the line.
    const step = spread / Math.max(1 - start * start, spread)
    return Math.tanh(
      solveIncreasing((v) => sign * (tail(Math.tanh(v)) - log), Math.atanh(start) - 2 * sign * step, step),
    )
  }
  return intervalBetween(
    quantile((d) => logDifferenceAtMost(control, treatment, d), 1),
    // T - C > d is C - T < -d.
    quantile((d) => logDifferenceAtMost(treatment, control, -d), -1),
    options,
  )
}

/** log P(T - C <= d): the control's rate p runs over the values for which p + d is a rate. */
function logDifferenceAtMost(control: Shapes, treatment: Shapes, d: number): number {
  if (d <= -1) return -Infinity
  if (d >= 1) return 0
  const width = 1 - Math.abs(d)
  const logWidth = Math.log(width)
  const { start, scale } = logitOf(control)
  const logInside = logIntegralOfPeak(
    (u) => {
      const [s, rest] = [sigmoid(u), sigmoid(-u)]
      const shift = Math.abs(d)
      // The rates of control and treatment and their complements, none by a subtraction.
      const near = [width * s, rest + shift * s] as const
      const far = [s + shift * rest, width * rest] as const
      const [p, q] = d >= 0 ? near : far
      const [x, y] = d >= 0 ? far : near
      if (p <= 0 || q <= 0) return -Infinity
      const density = logBetaTerm(control.alpha, control.beta, p, q) - Math.log(p) - Math.log(q)
      return density + logWidth + logProduct(u) + incompleteBeta(treatment.alpha, treatment.beta, x, y).logLower
    },
    start,
    scale,
  )
  // Beyond p = 1 - d the treatment's rate is less than p + d for sure.
  const logBeyond = d > 0 ? incompleteBeta(control.alpha, control.beta, width, d).logUpper : -Infinity
  return logOfSum(logInside, logBeyond)
}

function logOfSum(a: number, b: number): number {
  const [larger, smaller] = a > b ? [a, b] : [b, a]
  return larger === -Infinity ? larger : larger + Math.log1p(Math.exp(smaller - larger))
}

/**
 * The equal-tailed credible interval of the lift, treatment / control - 1, and its median.
 *
 * Formula: the roots of P(T <= r C) = p in log r. Errors: RangeError for a level outside (0, 1). Not computable:
 * `outOfRange` where a quantile of the ratio is not a number (both rates may be as good as zero).
 *
 * @example
 * const lift = betaLiftInterval(betaPosterior({ successes: 0, n: 30 }), betaPosterior({ successes: 4, n: 35 }))
 * lift.median // => 4.764123548
 * lift.credibleInterval.lower // => -0.1565791988
 */
export function betaLiftInterval(
  control: BetaPosterior,
  treatment: BetaPosterior,
  level = 0.95,
): { kind: 'computed'; median: number; credibleInterval: ConfidenceInterval } | NotComputable {
  const options = resolveOptions({ level })
  const start = Math.log(treatment.mean) - Math.log(control.mean)
  const spread = Math.hypot(...[control, treatment].map(({ alpha: a, beta: b }) => Math.sqrt(b / (a + b) / a)))
  const quantile = (tail: (logRatio: number) => number, probability: number, sign: 1 | -1, from: number): number => {
    const log = Math.log(probability)
    return Math.expm1(solveIncreasing((v) => sign * (tail(v) - log), start + from * spread, spread))
  }
  const atMost = (logRatio: number) => logRatioAtMost(control, treatment, logRatio)
  const above = (logRatio: number) => logRatioAtMost(treatment, control, -logRatio)
  const lower = quantile(atMost, options.tailAlpha, 1, -2)
  const upper = quantile(above, options.tailAlpha, -1, 2)
  const isSame = control.alpha === treatment.alpha && control.beta === treatment.beta
  const median = isSame ? 0 : quantile(atMost, 0.5, 1, 0)
  if (![lower, upper, median].every(Number.isFinite)) return notComputable('outOfRange')
  return { kind: 'computed', median, credibleInterval: intervalBetween(lower, upper, options) }
}

/** log P(T <= r C): over the rates of the arm for which the other one's stays a rate. */
function logRatioAtMost(control: Shapes, treatment: Shapes, logRatio: number): number {
  const shrunk = Math.exp(-Math.abs(logRatio))
  const missing = -Math.expm1(-Math.abs(logRatio))
  const [over, other] = logRatio <= 0 ? [control, treatment] : [treatment, control]
  const { start, scale } = logitOf(over)
  return logIntegralOfPeak(
    (u) => {
      const [x, y] = [sigmoid(u), sigmoid(-u)]
      const tails = incompleteBeta(other.alpha, other.beta, shrunk * x, y + missing * x)
      return logBetaTerm(over.alpha, over.beta, x, y) + (logRatio <= 0 ? tails.logLower : tails.logUpper)
    },
    start,
    scale,
  )
}
