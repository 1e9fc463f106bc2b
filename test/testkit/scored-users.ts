/** What of a model card predictions are made of; read from its JSON, with nothing but what the card says. */
export interface CardJson {
  format: string
  kind: 'LOGISTIC' | 'LINEAR' | 'POISSON' | 'QUASI_POISSON'
  variants: string[]
  features: {
    name: string
    kind: 'CATEGORICAL' | 'BINNED' | 'NUMERIC'
    levels: string[]
    reference: number | null
    missing: number | null
    other: number | null
    edges: number[]
  }[]
  coefficients: {
    variant: string | null
    feature: string | null
    level: string | null
    estimate: number | null
  }[]
  covariance: number[][]
}

/** The level that a card gives a value. */
export function levelOf(card: CardJson, feature: string, value: string | null): string {
  const { kind, levels, edges, missing, other } = card.features.find(({ name }) => name === feature)!
  if (value === null) return levels[missing!]!
  if (kind !== 'CATEGORICAL') return levels[edges.filter((edge) => edge <= Number(value)).length]!
  return levels.includes(value) ? value : levels[other!]!
}

/** What the card's model predicts of a user: the sum of the coefficients that are about the user, through the link. */
export function predicted(card: CardJson, variant: string, values: Record<string, string | null>): number {
  const sum = card.coefficients.reduce((total, column) => {
    if (column.estimate === null) return total
    if (column.variant !== null && column.variant !== variant) return total
    if (column.feature === null) return total + column.estimate
    const value = values[column.feature] ?? null
    // A column that is about no level of its feature holds the number.
    if (column.level === null) return value === null ? total : total + column.estimate * Number(value)
    const { kind } = card.features.find(({ name }) => name === column.feature)!
    if (kind === 'NUMERIC' ? value !== null : levelOf(card, column.feature, value) !== column.level) return total
    return total + column.estimate
  }, 0)
  if (card.kind === 'LINEAR') return sum
  return card.kind === 'LOGISTIC' ? 1 / (1 + Math.exp(-sum)) : Math.exp(sum)
}

/** The card of a model, fetched from where the server says that it is. */
export async function cardAt(url: string): Promise<{ text: string; card: CardJson }> {
  const answer = await fetch(url)
  const text = await answer.text()
  return { text, card: JSON.parse(text) as CardJson }
}
