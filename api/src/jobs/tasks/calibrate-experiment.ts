import type { CalibrationQuestion } from '../../modules/calibration/calibration-question.ts'
import type { CalibrationRunService } from '../../modules/calibration/calibration-run.service.ts'
import { defineTask, type Task } from '../define-task.ts'

/** Checks the methods of one question on the experiment's own users. */
export function calibrateExperiment(runs: CalibrationRunService): Task {
  return defineTask('CALIBRATE_EXPERIMENT', async (job, context) => {
    const calibration = await runs.run(job.experimentId, job.input as CalibrationQuestion, context)
    return { calibrationId: calibration.id }
  })
}
