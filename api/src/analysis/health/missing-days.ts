import { check, type HealthCheck } from './health-check.ts'
import { whole } from '../wording.ts'

export function missingDaysCheck(days: string[]): HealthCheck {
  const dayMs = 86_400_000
  const times = days.map((day) => Date.parse(day))
  const span = times.length === 0 ? 0 : Math.round((Math.max(...times) - Math.min(...times)) / dayMs) + 1
  const count = span - days.length
  if (count === 0)
    return check('MISSING_DAYS', {
      verdict: 'PASS',
      count,
      message: span === 1 ? 'All exposures are of one day.' : `Exposures on each of ${whole(span)} days.`,
    })
  return check('MISSING_DAYS', {
    verdict: 'WARN',
    count,
    share: count / span,
    message: `On ${whole(count)} of ${whole(span)} days nobody was exposed.`,
    action: 'Check whether files are missing or the experiment was switched off.',
  })
}
