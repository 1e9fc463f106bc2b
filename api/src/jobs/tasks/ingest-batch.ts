import type { AfterLandingService } from '../../modules/batch/after-landing.service.ts'
import type { BatchLandingService } from '../../modules/batch/batch-landing.service.ts'
import { defineTask, type Task } from '../define-task.ts'

/** Reads an uploaded file, makes its events visible, and sets going what follows from that. */
export function ingestBatch(landing: BatchLandingService, afterLanding: AfterLandingService): Task {
  return defineTask('INGEST_BATCH', async (job, context) => {
    const { batchId } = job.input as { batchId: string }
    await landing.land(batchId, context)
    await afterLanding.follow(job.experimentId, context.signal)
    return { batchId }
  })
}
