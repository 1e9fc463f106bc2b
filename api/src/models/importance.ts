import { chiSquare } from '../stats/distributions/chi-square.ts'
import { fisherF } from '../stats/distributions/fisher-f.ts'
import { fitOutcome, type OutcomeFit } from './fit-outcome.ts'
import type { FeatureImportance } from './model-card.ts'
import type { ModelCovariance } from './model-covariance.ts'
import type { ModelSetup } from './model-setup.ts'
import { permutedLoss } from './permuted-loss.ts'

/**
 * What the model loses without each feature. Dropped: the rise of the deviance when it is fitted without the feature and
 * its interactions, tested by chi-square, or by F where the dispersion is measured. Permuted: the deviance that is lost
 * when users keep all else and get this feature from another.
 *
 * See McCullagh and Nelder (1989), "Generalized linear models", section 2.4; Fisher, Rudin and Dominici (2019), "All
 * models are wrong, but many are useful".
 */
export function featureImportance(
  setup: ModelSetup,
  features: readonly string[],
  fit: OutcomeFit,
  covariance: ModelCovariance,
  penalty: number,
): FeatureImportance[] {
  const { design, patterns, kind } = setup
  const all = features.map((feature, f): Omit<FeatureImportance, 'share'> => {
    const isOf = (column: number) => design.columns[column]!.feature === feature
    const without = fitOutcome(setup, patterns.training, { penalty, without: isOf, start: fit.coefficients })
    const degreesOfFreedom = fit.kept.length - without.kept.length
    const isFitted = without.status === 'converged'
    const drop = isFitted ? Math.max(0, without.loss - fit.loss) : null
    const statistic =
      drop === null ? 0 : drop / (kind === 'LINEAR' || kind === 'QUASI_POISSON' ? covariance.dispersion : 1)
    const isTested = isFitted && degreesOfFreedom > 0 && Number.isFinite(statistic)
    return {
      feature,
      dropInDeviance: drop,
      degreesOfFreedom,
      pValue: isTested ? tailOf(kind, statistic, degreesOfFreedom, covariance.degreesOfFreedom) : null,
      permutedDeviance: 2 * permutedLoss(setup, f, fit),
    }
  })
  const total = all.reduce((sum, { dropInDeviance }) => sum + (dropInDeviance ?? 0), 0)
  return all.map((one) => ({
    ...one,
    share: one.dropInDeviance !== null && total > 0 ? one.dropInDeviance / total : null,
  }))
}

function tailOf(kind: ModelSetup['kind'], statistic: number, degrees: number, residual: number): number {
  if (kind === 'LOGISTIC' || kind === 'POISSON') return chiSquare(degrees).sf(statistic)
  return fisherF(degrees, residual).sf(statistic / degrees)
}
