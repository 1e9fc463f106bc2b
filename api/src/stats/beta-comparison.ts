import { type BetaPosterior, type BetaShapes as Shapes, logitOf, logProduct } from './beta-posterior.ts'
import { incompleteBeta, logBetaTerm } from './distributions/numerics/incomplete-beta.ts'
import { logIntegralOfPeak } from './distributions/numerics/integrate-peak.ts'
import { sigmoid } from './distributions/numerics/inverse-incomplete-beta.ts'
import { type NotComputable, notComputable } from './not-computable.ts'

/** What two posteriors of rates say of each other. */
export interface BetaComparison {
  /** probability that the treatment's rate is the larger one, and that the control's is */
  chanceToWin: number
  chanceToLose: number
  /** base-10 logarithms of both */
  log10ChanceToWin: number
  log10ChanceToLose: number
  /** what choosing the treatment (or the control) costs on average, as a difference of rates */
  expectedLossOfTreatment: number
  expectedLossOfControl: number
  /** mean of treatment minus control */
  difference: number
  /** mean of treatment / control - 1 */
  lift: number | NotComputable
}

/**
 * Compares two conversion rates by their posteriors.
 *
 * Assumptions: the two independent. Formula: P(T > C) is the integral of the density of one rate times the tail of the
 * other; the expected loss of choosing T is the integral of P(T < x) P(C > x). Both on the scale of the logit, where the
 * integrand is one smooth peak and the trapezoidal rule converges exponentially: all terms are positive, so a chance
 * of 1e-200 has its digits too.
 *
 * Not computable: the mean lift alone, `infiniteMean`, where the control may be zero (alpha of at most 1).
 *
 * See Gelman and others (2013), "Bayesian data analysis", chapter 9; Trefethen and Weideman (2014), "The exponentially
 * convergent trapezoidal rule".
 *
 * @example
 * const control = betaPosterior({ successes: 0, n: 30 })
 * const treatment = betaPosterior({ successes: 4, n: 35 })
 * const result = betaComparison(control, treatment)
 * result.chanceToWin // => 0.9609644087
 * result.expectedLossOfTreatment // => 0.001130166475
 */
export function betaComparison(control: BetaPosterior, treatment: BetaPosterior): BetaComparison {
  const logWin = Math.min(0, logChanceAbove(treatment, control))
  const logLose = Math.min(0, logChanceAbove(control, treatment))
  const { alpha: a, beta: b } = control
  return {
    // The larger of the two is the complement of the smaller, which has its digits.
    chanceToWin: logWin < logLose ? Math.exp(logWin) : -Math.expm1(logLose),
    chanceToLose: logLose < logWin ? Math.exp(logLose) : -Math.expm1(logWin),
    log10ChanceToWin: (logWin < logLose ? logWin : Math.log1p(-Math.exp(logLose))) / Math.LN10 + 0,
    log10ChanceToLose: (logLose < logWin ? logLose : Math.log1p(-Math.exp(logWin))) / Math.LN10 + 0,
    expectedLossOfTreatment: Math.exp(logExpectedExcess(control, treatment)),
    expectedLossOfControl: Math.exp(logExpectedExcess(treatment, control)),
    difference: differenceOfMeans(control, treatment),
    lift:
      a > 1
        ? differenceOfMeans({ ...control, alpha: a - 1 }, treatment) / ((a - 1) / (a + b - 1))
        : notComputable('infiniteMean'),
  }
}

/** mean_t - mean_c from the shapes: alpha_t beta_c - alpha_c beta_t over the sizes. */
function differenceOfMeans(control: Shapes, treatment: Shapes): number {
  const [c, t] = [control.alpha + control.beta, treatment.alpha + treatment.beta]
  return (treatment.alpha * control.beta - control.alpha * treatment.beta) / c / t
}

/** log P(larger > smaller). */
function logChanceAbove(larger: Shapes, smaller: Shapes): number {
  const { start, scale } = logitOf(smaller)
  return logIntegralOfPeak(
    (u) => {
      const [x, y] = [sigmoid(u), sigmoid(-u)]
      return logBetaTerm(smaller.alpha, smaller.beta, x, y) + incompleteBeta(larger.alpha, larger.beta, x, y).logUpper
    },
    start,
    scale,
  )
}

/** log E[max(larger - smaller, 0)]. */
function logExpectedExcess(larger: Shapes, smaller: Shapes): number {
  const { start, scale } = logitOf(smaller.alpha + smaller.beta > larger.alpha + larger.beta ? smaller : larger)
  return logIntegralOfPeak(
    (u) => {
      const [x, y] = [sigmoid(u), sigmoid(-u)]
      const below = incompleteBeta(smaller.alpha, smaller.beta, x, y).logLower
      return below + incompleteBeta(larger.alpha, larger.beta, x, y).logUpper + logProduct(u)
    },
    start,
    scale,
  )
}
