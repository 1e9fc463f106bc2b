import { binomial } from './distributions/binomial.ts'
import { differenceOfProducts } from './distributions/numerics/difference-of-products.ts'
import { requireProbability } from './distributions/parameters.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import { orderStatistic, sizeOf, type ValueTable } from './value-table.ts'

/**
 * The value below which a share p of the users lies.
 *
 * Formula: with h = (n - 1) p, between the order statistics floor(h) + 1 and floor(h) + 2, as far on as h is beyond its
 * whole part (the definition that R, NumPy and spreadsheets take).
 *
 * Not computable: `noUnits`. Errors: RangeError for p outside [0, 1].
 *
 * See Hyndman and Fan (1996), "Sample quantiles in statistical packages", definition 7.
 *
 * @example
 * quantileOf({ values: [1, 2, 4], counts: [1, 2, 1] }, 0.9) // => 3.4
 */
export function quantileOf(table: ValueTable, p: number): number | NotComputable {
  requireProbability('p', p)
  const n = sizeOf(table)
  if (n === 0) return notComputable('noUnits')
  const below = Math.min(Math.floor((n - 1) * p), n - 1)
  // The part beyond the whole one, with the digits that the product of a billion users rounds away.
  const part = Math.max(0, differenceOfProducts(n - 1, p, below, 1))
  const lower = orderStatistic(table, below + 1)
  if (part === 0 || below + 2 > n) return lower
  const upper = orderStatistic(table, below + 2)
  return lower === upper ? lower : lower * (1 - part) + upper * part
}

export interface QuantileInterval {
  kind: 'computed'
  /** which order statistics its ends are; 0 and n + 1 where there is none */
  lowerRank: number
  upperRank: number
  lower: number | null
  upper: number | null
  /** how often such an interval holds the quantile: at least the level, where both ends exist */
  coverage: number
}

/**
 * The exact interval of one quantile: between two order statistics, whatever the distribution is.
 *
 * Assumptions: users independent. Formula: the number of users below the quantile is binomial; the ends are the largest
 * l with P(B <= l - 1) <= alpha / 2 and the smallest u with P(B >= u) <= alpha / 2.
 *
 * Not computable: `noUnits`. Errors: RangeError for a level outside (0, 1) or p outside [0, 1].
 *
 * See David and Nagaraja (2003), "Order statistics", section 7.1.
 *
 * @example
 * const interval = exactQuantileInterval(valueTableOf([1, 2, 3, 4, 5, 6, 7, 8, 9]), 0.5, 0.95)
 * interval.lower // => 2
 * interval.upper // => 8
 * interval.coverage // => 0.9609375
 */
export function exactQuantileInterval(table: ValueTable, p: number, level = 0.95): QuantileInterval | NotComputable {
  requireProbability('p', p)
  if (!(level > 0 && level < 1)) throw new RangeError(`level must be in (0, 1), got ${level}`)
  const n = sizeOf(table)
  if (n === 0) return notComputable('noUnits')
  const below = binomial(n, p)
  const tail = (1 - level) / 2
  const lowerRank = first(0, n, (l) => below.cdf(l) > tail)
  const upperRank = first(1, n + 1, (u) => below.sf(u - 1) <= tail)
  const missed = (lowerRank === 0 ? 0 : below.cdf(lowerRank - 1)) + (upperRank > n ? 0 : below.sf(upperRank - 1))
  return {
    kind: 'computed',
    lowerRank,
    upperRank,
    lower: lowerRank === 0 ? null : orderStatistic(table, lowerRank),
    upper: upperRank > n ? null : orderStatistic(table, upperRank),
    coverage: 1 - missed,
  }
}

/** The smallest whole k in [low, high] for which a condition holds that holds from somewhere on; high if for none. */
function first(low: number, high: number, holds: (k: number) => boolean): number {
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
