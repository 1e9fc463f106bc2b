import type { BetaPosterior } from './beta-posterior.ts'
import { incompleteBeta, logBetaTerm } from './distributions/numerics/incomplete-beta.ts'
import { logIntegralOfPeak } from './distributions/numerics/integrate-peak.ts'
import { sigmoid } from './distributions/numerics/inverse-incomplete-beta.ts'

export interface ArmAmongOthers {
  /** probability that its rate is the largest of all */
  chanceToBeBest: number
  /** how far on average the largest rate is above it, as a difference of rates: what choosing this arm costs */
  expectedLoss: number
}

/**
 * How good each of several conversion rates is among all of them, by their posteriors.
 *
 * Assumptions: the arms independent. Formula: P(i is best) is the integral of the density of i times the product of the
 * others' P(j < x); the expected loss is the integral of P(i < x) P(some other > x).
 *
 * Errors: RangeError for fewer than two arms.
 *
 * See Gelman and others (2013), "Bayesian data analysis", chapter 9.
 *
 * @example
 * const arms = [30, 38, 41].map((successes, i) => betaPosterior({ successes, n: [400, 410, 405][i] }))
 * bestOfArms(arms)[2].chanceToBeBest // => 0.6297424244
 * bestOfArms(arms)[2].expectedLoss // => 0.00511134958
 */
export function bestOfArms(arms: readonly BetaPosterior[]): ArmAmongOthers[] {
  if (arms.length < 2) throw new RangeError(`arms must be two or more, got ${arms.length}`)
  // As fine as the narrowest of them, so that none is stepped over.
  const scale = Math.min(...arms.map(({ alpha, beta }) => Math.sqrt(1 / alpha + 1 / beta)))
  return arms.map((arm, i) => {
    const others = arms.filter((_, j) => j !== i)
    const integral = (logF: (x: number, y: number) => number): number =>
      Math.exp(logIntegralOfPeak((u) => logF(sigmoid(u), sigmoid(-u)), Math.log(arm.alpha / arm.beta), scale))
    return {
      chanceToBeBest: Math.min(
        1,
        integral((x, y) => density(arm, x, y) + logAllBelow(others, x, y)),
      ),
      expectedLoss: integral((x, y) => logBelow(arm, x, y) + logSomeAbove(others, x, y) + logWidth(x, y)),
    }
  })
}

const density = ({ alpha, beta }: BetaPosterior, x: number, y: number): number => logBetaTerm(alpha, beta, x, y)
const logBelow = ({ alpha, beta }: BetaPosterior, x: number, y: number): number =>
  incompleteBeta(alpha, beta, x, y).logLower
const logWidth = (x: number, y: number): number => Math.log(x) + Math.log(y)

function logAllBelow(arms: readonly BetaPosterior[], x: number, y: number): number {
  return arms.reduce((sum, arm) => sum + logBelow(arm, x, y), 0)
}

/** Below it a product of complements is 1 minus the sum of the tails to the last digit. */
const SMALL = 1e-17

/** log(1 - product of P(below)), from the tails above, which have their digits where they are small. */
function logSomeAbove(arms: readonly BetaPosterior[], x: number, y: number): number {
  const tails = arms.map(({ alpha, beta }) => incompleteBeta(alpha, beta, x, y))
  const most = Math.max(...tails.map(({ logUpper }) => logUpper))
  if (most === -Infinity) return most
  if (most < Math.log(SMALL)) {
    return most + Math.log(tails.reduce((sum, { logUpper }) => sum + Math.exp(logUpper - most), 0))
  }
  return Math.log(-Math.expm1(tails.reduce((sum, { upper }) => sum + Math.log1p(-upper), 0)))
}
