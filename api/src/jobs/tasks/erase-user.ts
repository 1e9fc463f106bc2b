import type { AfterLandingService } from '../../modules/batch/after-landing.service.ts'
import type { UserErasureService } from '../../modules/erasure/user-erasure.service.ts'
import { defineTask, type Task } from '../define-task.ts'

/** Takes a user out of an experiment's data, and sets going what follows from new data. */
export function eraseUser(erasures: UserErasureService, afterLanding: AfterLandingService): Task {
  return defineTask('ERASE_USER', async (job, context) => {
    await erasures.erase(job, context)
    await afterLanding.follow(job.experimentId, context.signal)
    return {}
  })
}
