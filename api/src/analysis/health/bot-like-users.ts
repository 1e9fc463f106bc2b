import { BUSY_UNIT_EVENTS, type DataQuality } from '../../engine/plan.ts'
import { check, type HealthCheck } from './health-check.ts'
import { percent, users, whole } from '../wording.ts'

/** Users with more measured events than people make. */
export function botLikeUsersCheck({ busyUnits, mostEventsOfAUnit, exposedUnits }: DataQuality): HealthCheck {
  const share = exposedUnits === 0 ? 0 : busyUnits / exposedUnits
  const bound = whole(BUSY_UNIT_EVENTS)
  if (busyUnits === 0) {
    return check('BOT_LIKE_USERS', {
      verdict: 'PASS',
      count: 0,
      share,
      message: `No user has more than ${bound} measured events; the most that one has is ${whole(mostEventsOfAUnit)}.`,
    })
  }
  return check('BOT_LIKE_USERS', {
    verdict: 'WARN',
    count: busyUnits,
    share,
    message: `${users(busyUnits)} (${percent(share)}) ${busyUnits === 1 ? 'has' : 'have'} more than ${bound} measured events, up to ${whole(mostEventsOfAUnit)}: people seldom do that.`,
    action:
      'Find out whether they are bots, testers or a shared id, and leave their events out of the upload; or cap the metric, or read the rank test beside it.',
  })
}
