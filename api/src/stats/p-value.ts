import type { Tailed } from './distributions/distribution.ts'
import type { Alternative } from './inference-options.ts'

export interface PValue {
  pValue: number
  /** base-10 logarithm of the p-value: still exact where the p-value itself underflows to 0 */
  log10PValue: number
}

/** The p-value of a statistic that is distributed symmetrically about 0 when there is no effect. */
export function symmetricPValue(reference: Tailed, statistic: number, alternative: Alternative): PValue {
  if (alternative === 'greater') return fromTail(reference.sf(statistic), reference.logSf(statistic))
  if (alternative === 'less') return fromTail(reference.cdf(statistic), reference.logCdf(statistic))
  const size = Math.abs(statistic)
  return fromTail(2 * reference.sf(size), Math.LN2 + reference.logSf(size))
}

/** A p-value from a tail probability and its natural logarithm. */
export function fromTail(tail: number, logTail: number): PValue {
  // Adding 0 turns -0 into 0.
  return { pValue: Math.min(tail, 1), log10PValue: Math.min(logTail, 0) / Math.LN10 + 0 }
}
