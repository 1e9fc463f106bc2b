import type { AnalysisRunService } from '../../modules/analysis/analysis-run.service.ts'
import type { AnalysisQuestion } from '../../modules/analysis/analysis-request.ts'
import { defineTask, type Task } from '../define-task.ts'

/** Answers one question of one version of the data. */
export function runAnalysis(runs: AnalysisRunService): Task {
  return defineTask('RUN_ANALYSIS', async (job, context) => {
    const analysis = await runs.run(job.experimentId, job.input as AnalysisQuestion, context)
    return { analysisId: analysis.id }
  })
}
