import { continuedFraction } from './continued-fraction.ts'
import { deviance } from './deviance.ts'
import { stirlingRemainder } from './stirling-remainder.ts'
import { mirrorTails, NOTHING_ABOVE, NOTHING_BELOW, type Tails, tailsFromLogLower } from './tails.ts'

/**
 * The regularised incomplete beta function: `lower` is I_x(a, b) = P(X <= x) for X ~ Beta(a, b), a and b positive.
 *
 * `y` is 1 - x. Pass it when it is known more exactly than the subtraction gives it (x close to 1).
 *
 * The tail on the near side of the mean is computed by a continued fraction whose terms are then positive; the other
 * one is its complement. Cost grows with sqrt(min(a, b)).
 *
 * See DiDonato and Morris (1992), "Algorithm 708: significant digit computation of the incomplete beta function ratios"
 * (there BFRAC).
 */
export function incompleteBeta(a: number, b: number, x: number, y = 1 - x): Tails {
  if (x <= 0) return NOTHING_BELOW
  if (y <= 0) return NOTHING_ABOVE
  const belowMean = meanMinusX(a, b, x, y)
  return belowMean >= 0
    ? tailsFromLogLower(logLowerTail(a, b, x, y, belowMean))
    : mirrorTails(tailsFromLogLower(logLowerTail(b, a, y, x, -belowMean)))
}

/** log of x^a y^b / B(a, b): the density of log(x / y) for X ~ Beta(a, b). */
export function logBetaTerm(a: number, b: number, x: number, y = 1 - x, belowMean = meanMinusX(a, b, x, y)): number {
  const n = a + b
  const misfit = deviance(a, n * x, belowMean) + deviance(b, n * y, -belowMean)
  const scale = stirlingRemainder(n) - stirlingRemainder(a) - stirlingRemainder(b)
  return scale + Math.log(a * (b / n)) - misfit
}

/** (a + b) times (mean - x), from whichever of x and y is small and therefore carries more digits. */
function meanMinusX(a: number, b: number, x: number, y: number): number {
  return x <= y ? a - (a + b) * x : (a + b) * y - b
}

/** log I_x(a, b) for x at or below the mean. */
function logLowerTail(a: number, b: number, x: number, y: number, belowMean: number): number {
  const numerator = (m: number) => {
    const p = a + 2 * m - 1
    return ((a + m - 1) / p) * ((a + b + m - 1) / p) * m * (b - m) * x * x
  }
  const denominator = (m: number) => {
    const p = a + 2 * m - 1
    const share = m === 0 ? 0 : m + (m * (b - m) * x) / p
    return share + ((a + m) * (belowMean + 1 + m * (1 + y))) / (p + 2)
  }
  return logBetaTerm(a, b, x, y, belowMean) - Math.log(continuedFraction(numerator, denominator))
}
