import type { DataQuality, Window } from '../../engine/plan.ts'
import { check, type HealthCheck } from './health-check.ts'
import { whole } from '../wording.ts'

const DAY_MS = 86_400_000

/** Events that came from the future, and events that have not come yet although the analysed time is over. */
export function eventTimesCheck(
  { lastEventAt }: DataQuality,
  { to }: Window,
  futureRows: number,
  isOver: boolean,
): HealthCheck {
  const name = 'EVENTS_OUT_OF_TIME'
  if (futureRows > 0) {
    return check(name, {
      verdict: 'WARN',
      count: futureRows,
      message: `${whole(futureRows)} rows lay in the future when they were uploaded, and were rejected.`,
      action: 'Check the clocks and the time zone of what logs them: other events may be off by as much and not show.',
    })
  }
  const end = to === null ? null : Date.parse(to)
  const last = lastEventAt === null ? null : Date.parse(lastEventAt)
  if (isOver && end !== null && last !== null && end - last > DAY_MS) {
    const days = Math.floor((end - last) / DAY_MS)
    return check(name, {
      verdict: 'WARN',
      count: days,
      message: `The last event is of ${lastEventAt!.slice(0, 10)}, ${whole(days)} ${days === 1 ? 'day' : 'days'} before the end of the analysed time: later ones may be missing.`,
      action: 'Upload what came since, or analyse the time that the data cover.',
    })
  }
  const isBeyond = end !== null && last !== null && last >= end
  return check(name, {
    verdict: 'PASS',
    message: isBeyond
      ? 'No event lies in the future. Events after the analysed time are not counted.'
      : 'No event lies in the future or is missing at the end.',
  })
}
