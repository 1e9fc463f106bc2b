/** The 2x2 table with its margins held fixed, seen from the treatment's successes. */
export interface FixedMargins {
  /** users of the treatment, users of the control, successes of both */
  treatmentN: number
  controlN: number
  successes: number
}

/** What the distribution of the treatment's successes says about an observed number of them. */
export interface NoncentralView {
  /** log P(X <= observed) */
  logLower: number
  /** log P(X >= observed) */
  logUpper: number
  /** mean of X - observed */
  meanMinusObserved: number
}

/** Terms below this share of the largest one do not change a sum, even taken together. */
const NEGLIGIBLE = 1e-22

/**
 * Fisher's noncentral hypergeometric distribution at one odds ratio: the treatment's successes given all margins, when
 * the odds of the treatment are `exp(logOdds)` times those of the control.
 *
 * Formula: the probabilities relative to the largest one, by the ratios of neighbours, summed outwards from it until
 * they no longer count: about ten standard deviations each way, whatever the size of the table.
 *
 * See Liao and Rosen (2001), "Fast and stable algorithms for computing and sampling from the noncentral hypergeometric
 * distribution".
 */
export function noncentralHypergeometric(margins: FixedMargins, logOdds: number, observed: number): NoncentralView {
  const { low, high } = supportOf(margins)
  const odds = Math.exp(logOdds)
  /** P(X = k + 1) / P(X = k): falls with k. */
  const step = (k: number) =>
    ((margins.successes - k) / (k + 1)) *
    ((margins.treatmentN - k) / (margins.controlN - margins.successes + k + 1)) *
    odds
  const mode = firstWhere(low, high, (k) => step(k) <= 1)

  let [total, lower, upper, moment] = [0, 0, 0, 0]
  const add = (k: number, weight: number) => {
    total += weight
    if (k <= observed) lower += weight
    if (k >= observed) upper += weight
    moment += (k - observed) * weight
  }
  for (let k = mode, weight = 1; k <= high && weight > NEGLIGIBLE; weight *= step(k), k++) add(k, weight)
  for (let k = mode - 1, weight = 1; k >= low; k--) {
    weight /= step(k)
    if (!(weight > NEGLIGIBLE)) break
    add(k, weight)
  }
  return { logLower: Math.log(lower / total), logUpper: Math.log(upper / total), meanMinusObserved: moment / total }
}

/** The fewest and the most successes that the treatment can have. */
export function supportOf({ treatmentN, controlN, successes }: FixedMargins): { low: number; high: number } {
  return { low: Math.max(0, successes - controlN), high: Math.min(successes, treatmentN) }
}

/** The first whole k in [low, high] where a condition that stays true once true is true; high when it never is. */
export function firstWhere(low: number, high: number, condition: (k: number) => boolean): number {
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2)
    if (condition(middle)) high = middle
    else low = middle + 1
  }
  return low
}
