import type { ContinuousDistribution } from './distribution.ts'
import { normal } from './normal.ts'
import { incompleteBeta } from './numerics/incomplete-beta.ts'
import { betaQuantileLogit, type QuantileGuess } from './numerics/inverse-incomplete-beta.ts'
import { logBeta } from './numerics/special-functions.ts'
import { logOneMinusExp } from './numerics/tails.ts'
import { requireNumber, requirePositive, requireProbability } from './parameters.ts'

/** Student's t distribution; degrees of freedom are any positive number (Welch's are fractions). */
export function studentT(degreesOfFreedom: number): ContinuousDistribution {
  requirePositive('degreesOfFreedom', degreesOfFreedom)
  const half = degreesOfFreedom / 2
  const root = Math.sqrt(degreesOfFreedom)
  const logNorm = logBeta(half, 0.5)

  /** log P(T > t) for t >= 0. */
  function logUpper(t: number): number {
    requireNumber('t', t)
    const ratio = t / root
    const square = ratio * ratio
    if (square > HUGE) return -degreesOfFreedom * Math.log(ratio) - Math.log(degreesOfFreedom) - logNorm
    const aboveSquare = 1 / (1 + square)
    return incompleteBeta(half, 0.5, aboveSquare, square * aboveSquare).logLower - Math.LN2
  }
  const logSf = (t: number) => (t >= 0 ? logUpper(t) : logOneMinusExp(logUpper(-t)))
  const sf = (t: number) => (t >= 0 ? Math.exp(logUpper(t)) : -Math.expm1(logUpper(-t)))

  /** About where log(t^2 / df) of a quantile lies: three terms of its expansion about the normal one. */
  function guessOf(p: number): QuantileGuess | undefined {
    const z = normal.isf(p)
    const square = z * z
    const order = (square + 3) / degreesOfFreedom
    if (!(order < SMALL_ORDER) || z === 0) return undefined
    const first = (square + 1) / (4 * degreesOfFreedom)
    const second = ((5 * square + 16) * square + 3) / (96 * degreesOfFreedom ** 2)
    return { logit: 2 * Math.log((z * (1 + first + second)) / root), step: order ** 3 + ROUNDING }
  }

  /** The t >= 0 with P(T > t) = p, for p <= 1/2. */
  function upperQuantile(p: number): number {
    if (p === 0) return Infinity
    if (lastQuantile.p === p && lastQuantile.degreesOfFreedom === degreesOfFreedom) return lastQuantile.t
    const guess = guessOf(p)
    // Near the middle P(0 < T < t) tells more about t than P(T > t) does.
    const logit =
      p < CENTRE
        ? -betaQuantileLogit(half, 0.5, Math.log(2 * p), guess && { ...guess, logit: -guess.logit })
        : betaQuantileLogit(0.5, half, Math.log1p(-2 * p), guess)
    const t = root * Math.exp(logit / 2)
    lastQuantile = { degreesOfFreedom, p, t }
    return t
  }
  const isf = (p: number) => {
    requireProbability('p', p)
    return p <= 0.5 ? upperQuantile(p) : -upperQuantile(1 - p)
  }

  return {
    pdf: (t) => Math.exp((-(degreesOfFreedom + 1) / 2) * Math.log1p((t / root) ** 2) - logNorm) / root,
    cdf: (t) => sf(-t),
    sf,
    logCdf: (t) => logSf(-t),
    logSf,
    ppf: (p) => 0 - isf(p),
    isf,
  }
}

/** A test and the interval of its lift ask for the same quantile one after the other, and it is dear. */
let lastQuantile = { degreesOfFreedom: NaN, p: NaN, t: NaN }

/** Up to this z^2 / df the expansion's further terms are of the size of its next power. */
const SMALL_ORDER = 0.3
const ROUNDING = 1e-14
/** Beyond this t^2 / df the tail is its leading power to the last digit, and t^2 itself may overflow. */
const HUGE = 1e60
/** Upper probabilities between this and 1/2 count as the middle. */
const CENTRE = 0.25
