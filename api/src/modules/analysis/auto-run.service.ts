import type { Logger } from '../../logger.ts'
import { AppError } from '../../errors.ts'
import type { DatasetService } from '../dataset/dataset.service.ts'
import type { ExperimentService } from '../experiment/experiment.service.ts'
import type { Job, JobService } from '../job/job.service.ts'
import type { AnalysisService } from './analysis.service.ts'

/**
 * Keeps the standard analysis of experiments with `autoRun` up to date: default settings, the experiment's metrics, the
 * newest version of the data.
 */
export class AutoRunService {
  readonly #experiments: ExperimentService
  readonly #datasets: DatasetService
  readonly #analyses: AnalysisService
  readonly #jobs: JobService
  readonly #logger: Logger

  constructor(
    experiments: ExperimentService,
    datasets: DatasetService,
    analyses: AnalysisService,
    jobs: JobService,
    logger: Logger,
  ) {
    this.#experiments = experiments
    this.#datasets = datasets
    this.#analyses = analyses
    this.#jobs = jobs
    this.#logger = logger
  }

  /**
   * Queues the standard analysis where the experiment has `autoRun` and the analysis is not there or on its way already.
   * What waits for an older version is given up; what runs already ends, or batches that come faster than an analysis
   * takes would leave none ready. An experiment that is archived is left alone; one that is being prepared or is over
   * is not, for who uploads the log of a past experiment wants its result too.
   */
  async refresh(experimentId: string): Promise<void> {
    const experiment = await this.#experiments.get(experimentId)
    if (!experiment.autoRun || experiment.status === 'ARCHIVED') return
    let wanted = await this.#newestVersion(experimentId)
    while (wanted !== null) {
      const job = await this.#request(experimentId)
      if (job === null) return
      const message = `The data or the experiment changed before it began: version ${wanted} is analysed as it is now.`
      await this.#jobs.supersede(job, message)
      // A batch that landed in between may have asked for its own analysis before this one was queued.
      const newest = await this.#newestVersion(experimentId)
      if (newest === wanted) return
      wanted = newest
    }
  }

  async #newestVersion(experimentId: string): Promise<number | null> {
    const [version] = await this.#datasets.latestOf([experimentId])
    return version?.number ?? null
  }

  /** What is wrong with the question is told where jobs are listed: it must not undo the landing of a batch. */
  async #request(experimentId: string): Promise<Job | null> {
    try {
      const { job, userErrors } = await this.#analyses.request({ experimentId }, null, true)
      if (job !== null) return job
      const [problem] = userErrors
      const error = {
        code: problem?.code ?? 'INVALID',
        message: `The analysis on arrival was not run: ${userErrors.map(({ message }) => message).join(' ')}`,
      }
      await this.#jobs.refuse({ kind: 'RUN_ANALYSIS', experimentId, input: {} }, error)
      this.#logger.warn({ experimentId, userErrors }, 'the analysis on arrival was not run')
      return null
    } catch (error) {
      if (error instanceof AppError && error.code === 'NO_DATA') return null
      throw error
    }
  }
}
