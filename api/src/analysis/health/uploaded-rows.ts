import { check, type HealthCheck, type DataLineage } from './health-check.ts'
import { percent, whole } from '../wording.ts'

export function rejectedRowsCheck({ rejectedRows, rows }: DataLineage): HealthCheck {
  const share = rows === 0 ? 0 : rejectedRows / rows
  const verdict = share > 0.01 ? 'WARN' : 'PASS'
  return check('REJECTED_ROWS', {
    verdict,
    count: rejectedRows,
    share,
    message:
      rejectedRows === 0
        ? `None of ${whole(rows)} uploaded rows was rejected.`
        : `${whole(rejectedRows)} of ${whole(rows)} uploaded rows (${percent(share)}) were rejected.`,
    action:
      verdict === 'WARN'
        ? 'Look at the reasons beside the batches: rows lost in one variant only would bias the result.'
        : null,
  })
}

export function duplicatesCheck({ duplicateEvents, events }: DataLineage): HealthCheck {
  const share = events + duplicateEvents === 0 ? 0 : duplicateEvents / (events + duplicateEvents)
  const verdict = share > 0.05 ? 'WARN' : 'PASS'
  return check('DUPLICATE_EVENTS', {
    verdict,
    count: duplicateEvents,
    share,
    message:
      duplicateEvents === 0
        ? 'No event came twice.'
        : `${whole(duplicateEvents)} events (${percent(share)}) came more than once and were counted once.`,
    action: verdict === 'WARN' ? 'Check whether events are sent twice.' : null,
  })
}
