import { whole } from '../wording.ts'
import type { Share } from './share.ts'

/** Whether a method can be trusted on the data at hand. */
export type CalibrationVerdict = 'TRUSTED' | 'CAUTIOUS' | 'TOO_MANY_FALSE_POSITIVES' | 'NOT_TESTABLE'

/** A method for counts or leaning values may be so far from its level (Cochran 1952): 6 % in place of 5 %. */
const TOLERANCE = 0.2
/** Below this share of deals that could be tested the data are too few to say anything. */
const LEAST_TESTED = 0.5

/**
 * The verdict: too many false positives where their share is above the level by more than a fifth, and by more than chance
 * explains; cautious where it is below likewise.
 */
export function judge(
  falsePositives: Share,
  tested: number,
  replications: number,
  alpha: number,
): { verdict: CalibrationVerdict; summary: string } {
  const found = falsePositives.share
  if (found === null || tested < replications * LEAST_TESTED) {
    return {
      verdict: 'NOT_TESTABLE',
      summary: `Only ${whole(tested)} of ${whole(replications)} deals could be tested: too few users have a value.`,
    }
  }
  const counted = `Of ${whole(tested)} deals without any effect ${percent(found)} came out significant, where ${percent(alpha)} should`
  const range = `chance leaves ${percent(falsePositives.lower)} to ${percent(falsePositives.upper)} open`
  if (found > alpha * (1 + TOLERANCE) && falsePositives.lower > alpha) {
    const summary = `${counted} (${range}). Do not trust this method on these data: it finds effects that are not there. Wait for more users, or choose a more robust method.`
    return { verdict: 'TOO_MANY_FALSE_POSITIVES', summary }
  }
  if (found < alpha * (1 - TOLERANCE) && falsePositives.upper < alpha) {
    const summary = `${counted} (${range}). What it finds can be trusted; it misses more effects than it would have to, as tests do with few conversions or a few very large values.`
    return { verdict: 'CAUTIOUS', summary }
  }
  return { verdict: 'TRUSTED', summary: `${counted} (${range}). The method can be trusted on these data.` }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 2 : 1)}%`
}
