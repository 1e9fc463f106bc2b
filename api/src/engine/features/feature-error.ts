/** With more groups of units than this, training would be on users and not on groups of them. */
export const MAX_CELLS = 200_000

/** A feature cannot be used as it was asked for; the message says what to do instead. */
export class FeatureError extends Error {
  readonly feature: string

  constructor(feature: string, message: string) {
    super(message)
    this.name = 'FeatureError'
    this.feature = feature
  }
}

interface WideFeature {
  name: string
  kind: 'CATEGORICAL' | 'BINNED' | 'NUMERIC'
  /** Levels, or numbers. */
  width: number
}

/** The features together tell units apart too finely. */
export function tooManyCells(features: readonly WideFeature[]): FeatureError {
  const ordered = [...features].sort((a, b) => b.width - a.width)
  const widest = ordered[0]!
  const list = ordered
    .map(({ name, kind, width }) => `"${name}" (${width} ${kind === 'NUMERIC' ? 'numbers' : 'levels'})`)
    .join(', ')
  const half = Math.max(2, Math.floor(widest.width / 2))
  const remedy = {
    NUMERIC: 'ranges (levels: QUANTILES)',
    BINNED: `fewer ranges (bins: ${half})`,
    CATEGORICAL: `fewer levels (topLevels: ${half})`,
  }[widest.kind]
  return new FeatureError(
    widest.name,
    `The features split the users into more than ${MAX_CELLS.toLocaleString('en-US')} groups: ${list}. Drop "${widest.name}", or give it ${remedy}.`,
  )
}
