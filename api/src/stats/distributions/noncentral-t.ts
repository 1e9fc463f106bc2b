import type { Tailed } from './distribution.ts'
import { normal } from './normal.ts'
import { incompleteGamma } from './numerics/incomplete-gamma.ts'
import { logIntegralOfPeak } from './numerics/integrate-peak.ts'
import { stirlingRemainder } from './numerics/stirling-remainder.ts'
import { requireFinite, requireNumber, requirePositive } from './parameters.ts'

/**
 * The noncentral t distribution: T = (Z + noncentrality) / S with Z standard normal and S^2 an independent chi-square
 * divided by its degrees of freedom. The t statistic has it when the effect is not zero: power and the interval of
 * Cohen's d are read from it.
 *
 * The published series (AS 243) loses the small tail to cancellation and slows down with the noncentrality, so both tails
 * are integrals of a positive, one-peaked function here: over S, or over Z where that takes fewer steps.
 *
 * See Owen (1968), "A survey of properties and applications of the noncentral t-distribution", for the integrals.
 */
export function noncentralT(degreesOfFreedom: number, noncentrality: number): Tailed {
  requirePositive('degreesOfFreedom', degreesOfFreedom)
  requireFinite('noncentrality', noncentrality)

  /** log P(T > t) */
  function logSf(t: number): number {
    requireNumber('t', t)
    return t >= 0
      ? logTail('upper', t, degreesOfFreedom, noncentrality)
      : logTail('lower', -t, degreesOfFreedom, -noncentrality)
  }
  /** P(T <= t) is P(-T >= -t), and -T has the opposite noncentrality. */
  function logCdf(t: number): number {
    requireNumber('t', t)
    return t >= 0
      ? logTail('lower', t, degreesOfFreedom, noncentrality)
      : logTail('upper', -t, degreesOfFreedom, -noncentrality)
  }
  return { logSf, logCdf, sf: (t) => Math.exp(logSf(t)), cdf: (t) => Math.exp(logCdf(t)) }
}

type Side = 'lower' | 'upper'

/** log P(T <= t) or log P(T > t), for t >= 0. */
function logTail(side: Side, t: number, df: number, ncp: number): number {
  if (t === 0) return side === 'lower' ? normal.logCdf(-ncp) : normal.logSf(-ncp)
  const spreadOfS = 1 / Math.sqrt(2 * df)
  // Over S it takes steps of 1 / t across its spread; over Z the chi-square tails, whose cost grows with sqrt(df).
  const overSIsCheaper = t * spreadOfS < Math.sqrt(Math.max(df, 1))
  const log = overSIsCheaper ? overS(side, t, df, ncp, spreadOfS) : overZ(side, t, df, ncp)
  return Math.min(log, 0)
}

/** The mean over u = log S of P(Z <= t S - ncp) or P(Z > t S - ncp). */
function overS(side: Side, t: number, df: number, ncp: number, spread: number): number {
  const logTailOfZ = side === 'lower' ? normal.logCdf : normal.logSf
  // The density of log S is 2 (df/2)^(df/2) / Gamma(df/2) exp(df u - df e^(2u) / 2), here with Stirling's main terms
  // cancelled: what is left in the exponent is the deviance e^(2u) - 1 - 2u.
  const logScale = Math.log(df) - stirlingRemainder(df / 2)
  const logDensity = (u: number) => logScale - (df / 2) * expm1MinusX(2 * u)
  return logIntegralOfPeak((u) => logDensity(u) + logTailOfZ(t * Math.exp(u) - ncp), 0, Math.min(spread, 1))
}

/** The mean over w = Z + ncp > 0 of P(S >= w / t) or P(S < w / t); for w <= 0, T is below t for certain. */
function overZ(side: Side, t: number, df: number, ncp: number): number {
  const tailOfS = side === 'lower' ? 'logUpper' : 'logLower'
  const unit = Math.max(ncp, 1)
  // In multiples of the noncentrality, so that Z, their difference, keeps its digits where the noncentrality is large.
  const logIntegrand = (v: number) => {
    const z = ncp === unit ? ncp * Math.expm1(v) : Math.exp(v) - ncp
    const s = (unit / t) * Math.exp(v)
    return v + logNormalDensity(z) + incompleteGamma(df / 2, (df / 2) * s * s)[tailOfS]
  }
  const positive = Math.log(unit) + logIntegralOfPeak(logIntegrand, 0, 1 / unit)
  return side === 'upper' ? positive : logSum(positive, normal.logCdf(-ncp))
}

/** e^x - 1 - x: near 0 by its series, where the difference would cancel. */
function expm1MinusX(x: number): number {
  if (Math.abs(x) > NEAR) return Math.expm1(x) - x
  let sum = 1
  for (let k = TERMS; k > 2; k--) sum = 1 + (x / k) * sum
  return ((x * x) / 2) * sum
}
/** Up to here the term after so many is below the last digit of the first. */
const NEAR = 0.15
const TERMS = 12

function logNormalDensity(z: number): number {
  return -(z * z) / 2 - HALF_LOG_TWO_PI
}

function logSum(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a]
  return high === -Infinity ? high : high + Math.log1p(Math.exp(low - high))
}

const HALF_LOG_TWO_PI = 0.9189385332046728
