import type { ResultRow } from '../result-row.ts'
import { check, type HealthCheck } from './health-check.ts'
import { percent, whole } from '../wording.ts'

/** Lifts whose whole interval lies beyond this are seldom true: changes of a page move metrics by a few percent. */
const LARGEST_LIKELY_LIFT = 0.3

/** Twyman's law: any figure that looks interesting or different is usually wrong. */
export function suspiciousLiftCheck(rows: ResultRow[]): HealthCheck {
  const lifts = rows
    .filter(({ segment }) => segment === null)
    .flatMap((row) => {
      const interval = (row.adjustedRelativeEffect ?? row.relativeEffect)?.confidenceInterval
      if (interval === undefined || interval.kind !== 'interval') return []
      const [lower, upper] = [interval.lower ?? -Infinity, interval.upper ?? Infinity]
      const least = lower > 0 ? lower : upper < 0 ? -upper : 0
      return least > LARGEST_LIKELY_LIFT ? [{ row, least }] : []
    })
    .sort((a, b) => b.least - a.least)
  const [worst] = lifts
  if (worst === undefined) {
    return check('SUSPICIOUS_LIFT', {
      verdict: 'PASS',
      count: 0,
      message: 'No lift is larger than a change of a shop usually makes.',
    })
  }
  return check('SUSPICIOUS_LIFT', {
    verdict: 'WARN',
    count: lifts.length,
    message: `The lift of "${worst.row.metricKey}" is at least ${percent(worst.least)} by its interval${lifts.length === 1 ? '' : `, and ${whole(lifts.length - 1)} more ${lifts.length === 2 ? 'is' : 'are'} as large`}. What looks that good or bad is usually a mistake.`,
    action:
      'Check that both variants log the same events in the same way before believing it, and repeat the experiment if it stands.',
  })
}
