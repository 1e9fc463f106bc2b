/** The target of groups of users: counts, means and squared deviations, one entry a group. */
export interface Outcome {
  n: Float64Array
  mean: Float64Array
  m2: Float64Array
  /** what the target is divided by, with the products of deviations of both; null where it is divided by nothing */
  denominator: { mean: Float64Array; m2: Float64Array; coMoment: Float64Array } | null
}

export function emptyOutcome(groups: number, hasDenominator: boolean): Outcome {
  const column = () => new Float64Array(groups)
  return {
    n: column(),
    mean: column(),
    m2: column(),
    denominator: hasDenominator ? { mean: column(), m2: column(), coMoment: column() } : null,
  }
}

/** Adds the users of a group of `from` to a group of `into`, by Chan's update. */
export function addUsers(into: Outcome, group: number, from: Outcome, source: number): void {
  const added = from.n[source]!
  if (added === 0) return
  const before = into.n[group]!
  const n = before + added
  const share = added / n
  const delta = from.mean[source]! - into.mean[group]!
  into.n[group] = n
  into.mean[group]! += delta * share
  into.m2[group]! += from.m2[source]! + delta * delta * before * share
  if (into.denominator === null || from.denominator === null) return
  const own = into.denominator
  const other = from.denominator
  const deltaBelow = other.mean[source]! - own.mean[group]!
  own.mean[group]! += deltaBelow * share
  own.m2[group]! += other.m2[source]! + deltaBelow * deltaBelow * before * share
  own.coMoment[group]! += other.coMoment[source]! + delta * deltaBelow * before * share
}

/** What a model is fitted to: of each group the weight (users, or what the target is divided by) and the mean. */
export function fittedTo({ n, mean, denominator }: Outcome): { weights: Float64Array; means: Float64Array } {
  if (denominator === null) return { weights: n, means: mean }
  const weights = n.map((count, i) => count * denominator.mean[i]!)
  return { weights, means: mean.map((value, i) => (weights[i]! > 0 ? value / denominator.mean[i]! : 0)) }
}

/** Of each group, the sum over its users of (target - prediction x denominator)^2. */
export function squaresAround({ n, mean, m2, denominator }: Outcome, prediction: Float64Array): Float64Array {
  return n.map((count, i) => {
    const p = prediction[i]!
    if (count === 0) return 0
    if (denominator === null) return m2[i]! + count * (mean[i]! - p) ** 2
    const within = m2[i]! - 2 * p * denominator.coMoment[i]! + p * p * denominator.m2[i]!
    return Math.max(0, within) + count * (mean[i]! - p * denominator.mean[i]!) ** 2
  })
}

/** Some of the groups, in this order. */
export function groupsOf({ n, mean, m2, denominator }: Outcome, groups: readonly number[]): Outcome {
  const pick = (values: Float64Array) => Float64Array.from(groups, (group) => values[group]!)
  return {
    ...{ n: pick(n), mean: pick(mean), m2: pick(m2) },
    denominator: denominator && {
      mean: pick(denominator.mean),
      m2: pick(denominator.m2),
      coMoment: pick(denominator.coMoment),
    },
  }
}
