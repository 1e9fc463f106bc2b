import type { ModelCard } from './model-card.ts'

/** The card as text: the same card gives the same bytes, and every number is read back as it was. */
export function cardToJson(card: ModelCard): string {
  return JSON.stringify(card)
}

/** The card of a text. Errors: RangeError for a text that is no model card of a version that is known. */
export function cardFromJson(text: string): ModelCard {
  const card = parse(text) as Partial<ModelCard> | null
  if (card?.format !== 'fairlift-model-card') throw new RangeError('the text is no model card')
  if (card.formatVersion !== 1) throw new RangeError(`the card must be of format version 1, got ${card.formatVersion}`)
  const needed = [card.variants, card.features, card.coefficients, card.covariance]
  if (!needed.every(Array.isArray))
    throw new RangeError('the card must have variants, features, coefficients and covariance')
  return card as ModelCard
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new RangeError('the text is no JSON', { cause })
  }
}
