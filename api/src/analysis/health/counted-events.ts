import { check, type HealthCheck } from './health-check.ts'
import { users, whole } from '../wording.ts'

/** Above this share of users with earlier events a log of exposures may begin too late. */
const EARLY_SHARE = 0.5

export function beforeExposureCheck(events: number, units: number, exposed: number): HealthCheck {
  const share = exposed === 0 ? 0 : units / exposed
  const isMany = share > EARLY_SHARE
  return check('EVENTS_BEFORE_EXPOSURE', {
    verdict: isMany ? 'WARN' : 'PASS',
    count: events,
    share,
    message:
      events === 0
        ? 'No measured event lies before its user’s exposure.'
        : `${whole(events)} measured events of ${users(units)} lie before the first exposure: they are history and not counted.`,
    action: isMany
      ? 'Where the data hold a long history, that is as it should be. Else exposures are logged too late, after what they should explain.'
      : null,
  })
}

export function withoutExposureCheck(count: number, events: number): HealthCheck {
  const share = events === 0 ? 0 : count / events
  const verdict = share > 0.05 ? 'WARN' : 'PASS'
  return check('EVENTS_WITHOUT_EXPOSURE', {
    verdict,
    count,
    share,
    message:
      count === 0
        ? 'All measured events are of users who were exposed.'
        : `${whole(count)} measured events are of users without an exposure in the time that is analysed: they are not counted.`,
    action:
      verdict === 'WARN'
        ? 'Check that all exposures were uploaded, that the analysed time covers them, and that user ids are written alike in both.'
        : null,
  })
}
