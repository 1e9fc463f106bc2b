import type { ModelRunService } from '../../modules/model/model-run.service.ts'
import type { TrainQuestion } from '../../modules/model/train-question.ts'
import { defineTask, type Task } from '../define-task.ts'

/** Trains a model on one version of the data. */
export function trainModel(runs: ModelRunService): Task {
  return defineTask('TRAIN_MODEL', async (job, context) => {
    const model = await runs.run(job.experimentId, job.input as TrainQuestion, context)
    return { modelId: model.id }
  })
}
