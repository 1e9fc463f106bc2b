import { solveIncreasing } from './distributions/numerics/find-root.ts'
import { sigmoid } from './distributions/numerics/inverse-incomplete-beta.ts'
import type { Proportion } from './proportion.ts'
import { crossDifference } from './risk-difference.ts'

/** A bound of treatment / control, and the same minus 1 without cancellation. */
export interface RatioBound {
  ratio: number
  lift: number
}

/** Beyond this share of the successes the guess is none. */
const FAR = 0.9
/** So near a guess its own rounding decides. */
const ROUNDING = 1e-13

/**
 * The ratio below the observed one at which the score statistic equals z^2.
 *
 * Maximising the likelihood under p_t = R p_c with a multiplier k gives p_t = (x_t - k) / (n_t - k) and p_c = (x_c + k)
 * / (n_c + k), and the statistic is k^2 (y_t / (n_t (x_t - k)) + y_c / (n_c (x_c + k))) with y the failures. From k = 0
 * to x_t, p_t falls and p_c rises, so R falls, and both terms of the statistic rise: one root.
 */
export function scoreRatioLowerBound(control: Proportion, treatment: Proportion, zSquared: number): RatioBound {
  if (treatment.successes === 0) return { ratio: 0, lift: -1 }
  const { successes: xt, n: nt } = treatment
  const { successes: xc, n: nc } = control
  const [yt, yc] = [nt - xt, nc - xc]

  const controlTerm = (k: number) => (k * k * yc) / (nc * (xc + k))
  if (yt === 0 && controlTerm(nt) <= zSquared) {
    // The rate of the treatment stays at 1 until k = n_t; from there on it falls alone, and its term is n_t q / p.
    const pt = nt / (nt + zSquared - controlTerm(nt))
    const pc = (xc + nt) / (nc + nt)
    return { ratio: pt / pc, lift: (pt - pc) / pc }
  }
  // k = share x_t; the logit of the share reaches both ends with all digits.
  const statistic = (logit: number) => {
    const k = xt * sigmoid(logit)
    return (k * sigmoid(logit) * yt) / (nt * sigmoid(-logit)) + controlTerm(k)
  }
  const error = (w: number) => Math.log(statistic(w) / zSquared)
  // About k^2 (y_t / (n_t x_t) + y_c / (n_c x_c)) = z^2; the error says how far off.
  const guess = Math.sqrt(zSquared / (yt / nt / xt + (xc === 0 ? 0 : yc / nc / xc))) / xt
  const start = guess < FAR ? Math.log(guess / (1 - guess)) : 0
  const logit = solveIncreasing(error, start, Math.min(1, Math.abs(error(start)) + ROUNDING))
  const k = xt * sigmoid(logit)
  const denominator = (nt - k) * (xc + k)
  return {
    ratio: (xt * sigmoid(-logit) * (nc + k)) / denominator,
    lift: (crossDifference(control, treatment) - k * (yt + yc)) / denominator,
  }
}
