import { isNotComputable } from '../stats/not-computable.ts'
import { waldTest } from '../stats/wald-test.ts'
import type { Estimate } from './effect.ts'

/** A number with its interval and test, by Student's t or the normal distribution; without both where nothing varies. */
export function estimateOf(
  estimate: number,
  standardError: number,
  { level, referenceDegrees }: { level: number; referenceDegrees: number | null },
): Estimate {
  const degrees = referenceDegrees === null ? {} : { degreesOfFreedom: referenceDegrees }
  const test = waldTest('model', estimate, standardError, { level, ...degrees })
  if (isNotComputable(test)) return { estimate, standardError, pValue: null, interval: null }
  return { estimate, standardError, pValue: test.pValue, interval: test.confidenceInterval }
}
