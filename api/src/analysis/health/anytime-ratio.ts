import { anytimeRatioMismatch } from '../../stats/anytime-ratio-mismatch.ts'
import { isNotComputable } from '../../stats/not-computable.ts'
import { check, type HealthCheck } from './health-check.ts'
import { MISMATCH_ALPHA } from './sample-ratio.ts'
import { whole } from '../wording.ts'

/** The split after each day: a test that stays honest when it is run on every batch. */
export function anytimeRatioCheck(days: { day: string; counts: number[] }[], splits: number[]): HealthCheck[] {
  if (days.length === 0) return []
  let sums = splits.map(() => 0)
  const looks = days.map(({ counts }) => (sums = sums.map((sum, variant) => sum + counts[variant]!)))
  const test = anytimeRatioMismatch(looks, splits)
  if (isNotComputable(test)) return []
  const name = 'SAMPLE_RATIO_MISMATCH_ANY_TIME'
  if (test.pValue >= MISMATCH_ALPHA) {
    return [
      check(name, {
        verdict: 'PASS',
        pValue: test.pValue,
        message: `The split was sound after each of ${whole(days.length)} days, and may be looked at as often as one likes.`,
      }),
    ]
  }
  return [
    check(name, {
      verdict: 'FAIL',
      pValue: test.pValue,
      message: `The split was worst after ${days[test.look]!.day}; looking at it often does not explain that.`,
      action: 'Do not read the effects. Look for what changed by then: a release, a redirect, a bot, the logging.',
    }),
  ]
}
