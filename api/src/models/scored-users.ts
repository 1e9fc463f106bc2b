/** Groups of users with one prediction each, and what they did. */
export interface ScoredUsers {
  prediction: Float64Array
  n: Float64Array
  /** mean of the target */
  mean: Float64Array
  /** sum of its squared deviations from the mean */
  m2: Float64Array
  /** of each group, the values that are not 0; null where they are not known */
  nonZero: ((group: number) => ArrayLike<number>) | null
}

/** The groups from the highest prediction to the lowest. */
export function byPrediction({ prediction, n }: ScoredUsers): number[] {
  const groups = [...prediction.keys()].filter((group) => n[group]! > 0)
  return groups.sort((a, b) => prediction[b]! - prediction[a]!)
}

export function countUsers({ n }: ScoredUsers): number {
  return n.reduce((sum, count) => sum + count, 0)
}
