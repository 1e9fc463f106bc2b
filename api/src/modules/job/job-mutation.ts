import type { UserError } from '../../errors.ts'
import type { Mutation } from '../idempotency/idempotency.service.ts'
import type { Job, JobRequest, JobService } from './job.service.ts'

/** What a mutation that begins a job is answered with. */
export interface JobPayload {
  job: Job | null
  userErrors: UserError[]
}

/**
 * A mutation that begins one job.
 *
 * @param prepare checks what is asked: the job, or the mistakes
 */
export function jobMutation(
  jobs: JobService,
  prepare: () => Promise<{ request: JobRequest } | { userErrors: UserError[] }>,
): Mutation<JobPayload> {
  return {
    again: async ([id]) => {
      const [job] = await jobs.answersAmong([id!])
      return job === undefined ? null : { job, userErrors: [] }
    },
    refuse: (userErrors) => ({ job: null, userErrors }),
    make: async () => {
      const prepared = await prepare()
      if ('userErrors' in prepared) return { job: null, userErrors: prepared.userErrors }
      return async (tx) => {
        const job = await jobs.enqueue(prepared.request, tx)
        return { answer: { job, userErrors: [] }, ids: [job.id] }
      }
    },
  }
}
