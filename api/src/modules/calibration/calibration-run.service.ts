import { randomUUID } from 'node:crypto'
import { STATISTICS_VERSION } from '../../analysis/settings.ts'
import type { ComputePool } from '../../jobs/compute/pool.ts'
import type { TaskContext } from '../../jobs/define-task.ts'
import type { WorkFolders } from '../../jobs/work-folders.ts'
import { planOf } from '../analysis/analysis-request.ts'
import { type AnalysisRunService, dataOf } from '../analysis/analysis-run.service.ts'
import { calibrationKeyOf, type CalibrationQuestion } from './calibration-question.ts'
import type { Calibration, CalibrationRepository } from './calibration.repository.ts'

/** Checks methods on an experiment's own users, in a compute child, and keeps what came of it. */
export class CalibrationRunService {
  readonly #calibrations: CalibrationRepository
  readonly #analyses: AnalysisRunService
  readonly #compute: ComputePool
  readonly #folders: WorkFolders

  constructor(
    calibrations: CalibrationRepository,
    analyses: AnalysisRunService,
    compute: ComputePool,
    folders: WorkFolders,
  ) {
    this.#calibrations = calibrations
    this.#analyses = analyses
    this.#compute = compute
    this.#folders = folders
  }

  /** Computes and stores the answer, or finds it. */
  async run(
    experimentId: string,
    question: CalibrationQuestion,
    { signal, report }: TaskContext,
  ): Promise<Calibration> {
    const resultKey = calibrationKeyOf(question)
    const known = await this.#calibrations.byResultKey(resultKey)
    if (known !== null) return known
    const startedAt = performance.now()
    report('Reading the data', 0)
    const { analysis, replications, seed } = question
    const { metrics, settings } = analysis
    const rows = await this.#folders.use(async (folder) => {
      const data = await this.#analyses.dataFor(experimentId, dataOf(analysis), folder, signal)
      return this.#compute.run(
        'calibrate',
        { metrics, settings, plan: planOf(analysis), ...data, replications, seed },
        { signal, onProgress: ({ share }) => report('Dealing users out anew', share) },
      )
    })
    const stored = await this.#calibrations.insert({
      id: randomUUID(),
      experimentId,
      datasetVersionId: analysis.datasetVersionId,
      resultKey,
      settings,
      seed,
      replications,
      rows,
      statisticsVersion: STATISTICS_VERSION,
      durationMs: performance.now() - startedAt,
      computedAt: new Date(),
    })
    return stored ?? (await this.#calibrations.byResultKey(resultKey))!
  }
}
