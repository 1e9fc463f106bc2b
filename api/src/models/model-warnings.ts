import type { Feature } from './feature.ts'
import type { OutcomeFit } from './fit-outcome.ts'
import type { ModelCovariance } from './model-covariance.ts'
import type { ModelSetup } from './model-setup.ts'
import type { ModelWarning } from './model-warning.ts'

/** From this dispersion on, a Poisson model's errors are too small. */
const OVERDISPERSED = 1.5
/** Users (of the rarer outcome, for conversions) that each coefficient needs. */
const USERS_A_COEFFICIENT = 10

/** What a reader must know of how a model came about. */
export function modelWarnings(
  setup: ModelSetup,
  features: readonly Feature[],
  fit: OutcomeFit,
  covariance: ModelCovariance,
): ModelWarning[] {
  const { design, levelUsers, kind, patterns } = setup
  const warnings: ModelWarning[] = []
  features.forEach(({ name, kind: own, levels, missing, other, distinctValues }, f) => {
    const empty = levels.filter((_, l) => levelUsers[f]![l] === 0 && l !== missing && l !== other)
    const used = levelUsers[f]!.filter((users) => users > 0).length
    // The ranges of a number only serve to show effects: the number itself is in the model.
    if (used < 2 && (own !== 'NUMERIC' || distinctValues < 2)) {
      warnings.push({
        code: 'SINGLE_LEVEL',
        feature: name,
        message: `All users have the same level of ${name}: it explains nothing.`,
      })
    } else if (empty.length > 0 && own !== 'NUMERIC') {
      warnings.push({
        code: 'EMPTY_LEVEL',
        feature: name,
        message: `No user has ${name}=${empty.join(', ')}: left out.`,
      })
    }
  })
  for (const { column, madeOf } of fit.aliases) {
    const { name, feature } = design.columns[column]!
    const sum = madeOf.map((part) => design.columns[part.column]!.name).join(' and ')
    const message = sum
      ? `${name} is made up of ${sum}: their effects cannot be told apart, so it was left out.`
      : `No user is in ${name}: left out.`
    warnings.push({ code: 'ALIASED', feature, message })
  }
  if (kind === 'POISSON' && covariance.dispersion > OVERDISPERSED) {
    const message = `The variance is ${covariance.dispersion.toFixed(1)} times that of a Poisson distribution: the errors are too small. Use QUASI_POISSON.`
    warnings.push({ code: 'OVERDISPERSED', feature: null, message })
  }
  if (covariance.hasFullLeverage) {
    const message =
      'A user alone decides a prediction, so how far it is off was taken from the others. Gather rare levels.'
    warnings.push({ code: 'FULL_LEVERAGE', feature: null, message })
  }
  const { n, mean } = patterns.training
  const sumOf = (of: (i: number) => number) => n.reduce((sum, count, i) => sum + (count > 0 ? count * of(i) : 0), 0)
  const informative =
    kind === 'LOGISTIC'
      ? Math.min(
          sumOf((i) => mean[i]!),
          sumOf((i) => 1 - mean[i]!),
        )
      : sumOf(() => 1)
  if (informative < USERS_A_COEFFICIENT * fit.kept.length) {
    const what = kind === 'LOGISTIC' ? 'users of the rarer outcome' : 'users'
    const message = `There are ${Math.round(informative)} ${what} for ${fit.kept.length} coefficients: use fewer features, or gather levels.`
    warnings.push({ code: 'FEW_USERS', feature: null, message })
  }
  return warnings
}
