import type { RankedUsers } from './scored-users.ts'

/**
 * The chance that of a user who converted and one who did not, the first has the higher prediction; equal ones count
 * half. Null where nobody or everybody converted.
 *
 * Formula: over all pairs, from counts at each prediction.
 *
 * See Hanley and McNeil (1982), "The meaning and use of the area under a receiver operating characteristic (ROC) curve".
 */
export function areaUnderCurve({ n, mean }: RankedUsers): number | null {
  let below = 0
  let pairs = 0
  let converted = 0
  n.forEach((count, i) => {
    const successes = count * mean[i]!
    const failures = count * (1 - mean[i]!)
    pairs += successes * (below + failures / 2)
    below += failures
    converted += successes
  })
  return converted > 0 && below > 0 ? pairs / converted / below : null
}
