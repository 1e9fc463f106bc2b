import type { BatchLandingService } from '../../modules/batch/batch-landing.service.ts'
import { defineTask, type Task } from '../define-task.ts'

/** Reads an uploaded file and makes its events visible. */
export function ingestBatch(landing: BatchLandingService): Task {
  return defineTask('INGEST_BATCH', async (job, context) => {
    const { batchId } = job.input as { batchId: string }
    await landing.land(batchId, context)
    return { batchId }
  })
}
