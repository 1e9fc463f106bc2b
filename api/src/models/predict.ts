import { estimateOf } from './estimate.ts'
import type { Estimate } from './effect.ts'
import { familyOf } from './family.ts'
import type { ModelCard } from './model-card.ts'

/** Whom a prediction is for: a variant, and of each feature the name of a level, or the number as text. */
export interface PredictionQuestion {
  variant: string
  levels: Record<string, string>
}

/**
 * What a model predicts, from its card alone, with its error by the delta method.
 *
 * Errors: RangeError for a variant, feature or level that the card does not have, or a feature without a level.
 */
export function predict(card: ModelCard, { variant, levels }: PredictionQuestion): Estimate {
  requireKnown(card, variant, levels)
  const used = card.coefficients.filter(({ estimate }) => estimate !== null)
  // Cards of before have no centres.
  const centreOf = new Map(card.features.map(({ name, centre = 0 }) => [name, centre]))
  const row = used.map((column) => {
    if (column.variant !== null && column.variant !== variant) return 0
    if (column.feature === null) return 1
    const level = levels[column.feature]!
    if (column.level !== null) return level === column.level ? 1 : 0
    return isNumber(level) ? Number(level) - centreOf.get(column.feature)! : 0
  })
  const family = familyOf(card.kind)
  let eta = 0
  used.forEach(({ estimate }, j) => (eta += row[j]! * estimate!))
  const mean = family.mean(eta)
  const slope = family.variance(mean)
  let variance = 0
  row.forEach((x, i) => x !== 0 && row.forEach((y, j) => (variance += x * y * card.covariance[i]![j]!)))
  const isExact = card.kind === 'LINEAR' || card.kind === 'QUASI_POISSON'
  const referenceDegrees = isExact ? card.fit.degreesOfFreedom : null
  return estimateOf(mean, slope * Math.sqrt(Math.max(0, variance)), { level: card.question.level, referenceDegrees })
}

function requireKnown({ variants, features }: ModelCard, variant: string, levels: Record<string, string>): void {
  if (!variants.includes(variant)) throw new RangeError(`variant must be one of ${variants.join(', ')}, got ${variant}`)
  for (const { name, kind, levels: known, missing } of features) {
    // Features may have names that every object knows, such as "constructor".
    const level = Object.hasOwn(levels, name) ? levels[name] : undefined
    if (kind === 'NUMERIC') {
      const unknown = missing === null ? '' : known[missing]!
      if (level !== undefined && (level === unknown || isNumber(level))) continue
      throw new RangeError(`${name} must be a number${unknown && ` or ${unknown}`}, got ${String(level)}`)
    }
    if (level === undefined || !known.includes(level)) {
      throw new RangeError(`${name} must be one of ${known.join(', ')}, got ${String(level)}`)
    }
  }
  const unknown = Object.keys(levels).find((name) => !features.some((feature) => feature.name === name))
  if (unknown !== undefined) throw new RangeError(`the model has no feature ${unknown}`)
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text))
}
