import { notFound } from '../../errors.ts'
import type { AnalysisService, RunAnalysisRequest } from '../analysis/analysis.service.ts'
import type { IdempotencyService, IdempotentCall } from '../idempotency/idempotency.service.ts'
import { jobMutation, type JobPayload } from '../job/job-mutation.ts'
import type { JobService } from '../job/job.service.ts'
import { requirePageSize, type Page, type PageRequest } from '../pagination.ts'
import { calibrationKeyOf, calibrationOf, calibrationProblems, DEFAULT_REPLICATIONS } from './calibration-question.ts'
import type { Calibration, CalibrationRepository } from './calibration.repository.ts'

export type { Calibration }

export interface CalibrateRequest {
  /** The analysis whose methods are checked. */
  analysis: RunAnalysisRequest
  replications?: number | null
  seed?: number | null
}

/** Takes questions about methods and finds answers; CalibrationRunService computes them. */
export class CalibrationService {
  readonly #repository: CalibrationRepository
  readonly #analyses: AnalysisService
  readonly #jobs: JobService
  readonly #idempotency: IdempotencyService

  constructor(
    repository: CalibrationRepository,
    analyses: AnalysisService,
    jobs: JobService,
    idempotency: IdempotencyService,
  ) {
    this.#repository = repository
    this.#analyses = analyses
    this.#jobs = jobs
    this.#idempotency = idempotency
  }

  /**
   * Queues a calibration. The same question, seed and number of deals get the job that answers them.
   *
   * @throws AppError NOT_FOUND, NO_DATA, QUEUE_FULL
   */
  request({ analysis, replications, seed }: CalibrateRequest, call: IdempotentCall | null): Promise<JobPayload> {
    const numbers = { replications: replications ?? DEFAULT_REPLICATIONS, seed: seed ?? 1 }
    const { experimentId } = analysis
    const mutation = jobMutation(this.#jobs, async () => {
      const { question, userErrors } = await this.#analyses.questionOf(analysis)
      const problems = [
        ...userErrors.map((error) => ({ ...error, field: ['analysis', ...(error.field ?? [])] })),
        ...calibrationProblems(numbers),
      ]
      if (question === null || problems.length > 0) return { userErrors: problems }
      const input = calibrationOf(question, numbers.replications, numbers.seed)
      const idempotencyKey = `calibration:${calibrationKeyOf(input)}`
      return { request: { kind: 'CALIBRATE_EXPERIMENT', experimentId, input, idempotencyKey } }
    })
    return this.#idempotency.once(call, mutation)
  }

  async get(id: string): Promise<Calibration> {
    const [calibration] = await this.#repository.byIds([id])
    if (calibration === undefined) throw notFound('calibration', id)
    return calibration
  }

  byIds(ids: readonly string[]): Promise<Calibration[]> {
    return this.#repository.byIds(ids)
  }

  page(experimentId: string, request: PageRequest): Promise<Page<Calibration>> {
    requirePageSize(request.first)
    return this.#repository.page(experimentId, request)
  }

  /** The newest calibrations of many experiments. */
  firstPages(experimentIds: readonly string[], first: number): Promise<Map<string, Page<Calibration>>> {
    requirePageSize(first)
    return this.#repository.firstPages(experimentIds, first)
  }
}
