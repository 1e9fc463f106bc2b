import type { VerificationService } from '../../modules/analysis/verification.service.ts'
import { defineTask, type Task } from '../define-task.ts'

/** Computes an analysis again from the data, to see whether it is the same. */
export function verifyAnalysis(verifications: VerificationService): Task {
  return defineTask('VERIFY_ANALYSIS', async (job, context) => {
    const { analysisId } = job.input as { analysisId: string }
    await verifications.runFromData(job.id, analysisId, context)
    return { analysisId }
  })
}
