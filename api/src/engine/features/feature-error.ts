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

interface LevelledFeature {
  name: string
  kind: 'CATEGORICAL' | 'BINNED'
  levels: readonly string[]
}

/** The features together tell units apart too finely. */
export function tooManyCells(features: readonly LevelledFeature[]): FeatureError {
  const ordered = [...features].sort((a, b) => b.levels.length - a.levels.length)
  const widest = ordered[0]!
  const list = ordered.map(({ name, levels }) => `"${name}" (${levels.length} levels)`).join(', ')
  const half = Math.max(2, Math.floor(widest.levels.length / 2))
  const remedy = widest.kind === 'BINNED' ? `fewer ranges (bins: ${half})` : `fewer levels (topLevels: ${half})`
  return new FeatureError(
    widest.name,
    `The features split the users into more than ${MAX_CELLS.toLocaleString('en-US')} groups: ${list}. Drop "${widest.name}", or give it ${remedy}.`,
  )
}
