import { excludesZero } from '../stats/confidence-interval.ts'
import { alphaOf } from '../stats/inference-options.ts'
import { crossFittedEffects } from './cross-fitted-effects.ts'
import type { Feature } from './feature.ts'
import type { FeatureCells } from './feature-cells.ts'
import { fitOutcome } from './fit-outcome.ts'
import { makeSetup } from './model-setup.ts'
import type { ModelKind } from './model-question.ts'
import type { Patterns } from './patterns.ts'
import { qiniCoefficient } from './qini-coefficient.ts'
import { scoreTest } from './score-test.ts'
import { treatmentPatterns } from './treatment-patterns.ts'
import { upliftCurve } from './uplift-curve.ts'
import type { UpliftResult } from './uplift-result.ts'

export interface UpliftQuestion {
  kind: ModelKind
  variants: readonly string[]
  features: readonly Feature[]
  numbers: FeatureCells['numbers']
  /** features that the effect may differ by */
  interactions: readonly string[]
  level: number
}

/**
 * Whether it can be told whom each treatment helps more. Both must say so: a score test of all interactions of the
 * treatment, at (1 - level) / treatments, and the interval of the cross-fitted Qini coefficient, which must lie above 0.
 * The first is about coefficients, the second about what targeting would gain; where either does not exist, or effects
 * are the same for all users on either scale, false findings are at most as frequent as those of the other.
 */
export function upliftOf(question: UpliftQuestion, patterns: Patterns): UpliftResult[] {
  const { variants, features, numbers, interactions, kind, level } = question
  const treatments = variants.slice(1)
  return treatments.map((treatment, t) => {
    const own = treatmentPatterns(patterns, t + 1)
    const arms = [variants[0]!, treatment]
    const linear = makeSetup('LINEAR', arms, features, own, numbers, interactions)
    const interactionPValue =
      interactionsTest(makeSetup(kind, arms, features, own, numbers, interactions)) ?? interactionsTest(linear)
    const folds = crossFittedEffects(linear)
    const qini =
      folds.length > 0
        ? qiniCoefficient(
            folds.map(({ residual }) => residual),
            level,
          )
        : null
    const isSignificant = interactionPValue !== null && interactionPValue < alphaOf(level) / treatments.length
    const isGain = qini?.interval != null && qini.estimate > 0 && excludesZero(qini.interval)
    return {
      treatment,
      verdict: isSignificant && isGain ? 'USABLE_HETEROGENEITY' : 'NO_USABLE_HETEROGENEITY',
      message: messageOf(treatment, isSignificant, isGain),
      pValue: qini?.pValue ?? null,
      interactionPValue,
      qiniCoefficient: qini,
      curve: upliftCurve(
        folds.map(({ ranked }) => ranked),
        level,
      ),
    }
  })
}

/** Of a model without interactions, whether they would add anything; null where it cannot be fitted. */
function interactionsTest(setup: ReturnType<typeof makeSetup>): number | null {
  const { training } = setup.patterns
  const isInteraction = (column: number) => setup.design.columns[column]!.term === 'INTERACTION'
  const fit = fitOutcome(setup, training, { penalty: 0, without: isInteraction })
  return fit.status === 'converged' ? scoreTest(setup, training, fit, isInteraction) : null
}

function messageOf(treatment: string, isSignificant: boolean, isGain: boolean): string {
  if (isSignificant && isGain) {
    return `${treatment} helps some users more than others, and the features tell which: targeting them gains more than treating users at random.`
  }
  if (isSignificant) {
    return `The effect of ${treatment} differs by the features, but not so that targeting by them is sure to gain anything: treat all users alike.`
  }
  return `There is no usable heterogeneity: the features do not tell whom ${treatment} helps more than others. Treat all users alike.`
}
