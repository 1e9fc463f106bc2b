import { isNotComputable } from '../../stats/not-computable.ts'
import { sampleRatioMismatch } from '../../stats/sample-ratio-mismatch.ts'
import { check, type HealthCheck } from './health-check.ts'
import { percent, whole } from '../wording.ts'

/** Below this p-value the split is taken for broken: a false alarm in one of a thousand sound experiments. */
export const MISMATCH_ALPHA = 0.001

export function ratioCheck(users: number[], splits: number[]): HealthCheck {
  const expected = splits.map((split) => percent(split)).join(' / ')
  const test = sampleRatioMismatch(users, splits)
  if (isNotComputable(test)) {
    return check('SAMPLE_RATIO_MISMATCH', {
      verdict: 'FAIL',
      message: test.message,
      action: 'Upload exposures, or analyse a time that has some.',
    })
  }
  const total = users.reduce((sum, n) => sum + n, 0)
  const observed = users.map((n) => percent(n / total)).join(' / ')
  if (test.pValue >= MISMATCH_ALPHA) {
    return check('SAMPLE_RATIO_MISMATCH', {
      verdict: 'PASS',
      pValue: test.pValue,
      message: `Users are split ${observed}, as configured (${expected}).`,
    })
  }
  const unexpected = users.reduce((sum, n, variant) => (splits[variant] === 0 ? sum + n : sum), 0)
  if (unexpected > 0) {
    return check('SAMPLE_RATIO_MISMATCH', {
      verdict: 'FAIL',
      pValue: test.pValue,
      count: unexpected,
      message: `${whole(unexpected)} users are in a variant that gets none of the traffic: users are split ${observed} where ${expected} was configured.`,
      action: 'Do not read the effects. Correct the configured split, or find out how users came to see that variant.',
    })
  }
  // Of millions of users a mismatch may not show in percentages.
  const counts = users.map((n) => n.toLocaleString('en-US')).join(' / ')
  const due = splits.map((split) => Math.round(split * total).toLocaleString('en-US')).join(' / ')
  const difference =
    observed === expected
      ? `${counts} where ${due} would be as configured`
      : `${observed} where ${expected} was configured`
  return check('SAMPLE_RATIO_MISMATCH', {
    verdict: 'FAIL',
    pValue: test.pValue,
    message: `Users are split ${difference}. Chance does not do this: some users are missing or counted twice.`,
    action:
      'Do not read the effects. Look for redirects, bots, crashes or late logging that hit one variant only, or correct the configured split.',
  })
}
