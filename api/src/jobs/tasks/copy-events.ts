import type { EventCopyService } from '../../modules/event/event-copy.service.ts'
import { defineTask, type Task } from '../define-task.ts'

/** Copies landed events to the table where single users are looked at; one at a time, for nobody waits for it. */
export function copyEvents(copies: EventCopyService): Task {
  return {
    ...defineTask('COPY_EVENTS', async (job, context) => {
      await copies.run(job.experimentId, context)
      return {}
    }),
    concurrency: 1,
  }
}
