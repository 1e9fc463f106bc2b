import type { CompactionService } from '../../modules/dataset/compaction.service.ts'
import { defineTask, type Task } from '../define-task.ts'

/** Merges the small files of an experiment's data. */
export function compactDataset(compactions: CompactionService): Task {
  return defineTask('COMPACT_DATASET', async (job, context) => {
    await compactions.run(job.experimentId, context)
    return {}
  })
}
