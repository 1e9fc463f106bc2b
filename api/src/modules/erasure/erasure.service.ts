import type { UserError } from '../../errors.ts'
import type { ExperimentService } from '../experiment/experiment.service.ts'
import type { IdempotencyService, IdempotentCall, Make } from '../idempotency/idempotency.service.ts'
import type { Job, JobService } from '../job/job.service.ts'
import { requirePageSize, type Page, type PageRequest } from '../pagination.ts'
import type { Erasure, ErasureRepository } from './erasure.repository.ts'
import { namesUser, withoutUser } from './redact.ts'

export type { Erasure }

export interface EraseUserRequest {
  userId: string
  /** By default all experiments. */
  experimentId?: string | null
  reason?: string | null
}

export interface EraseUserPayload {
  jobs: Job[]
  userErrors: UserError[]
}

/** What the job is told. The user is taken out of it when it has ended. */
export interface EraseUserJob {
  userId: string
  reason: string | null
  /** Files to be removed now that the rest counts. */
  files?: string[]
}

const LONGEST_USER_ID = 256
const LONGEST_REASON = 500

/** Takes requests to erase users; UserErasureService does it. */
export class ErasureService {
  readonly #repository: ErasureRepository
  readonly #experiments: ExperimentService
  readonly #jobs: JobService
  readonly #idempotency: IdempotencyService

  constructor(
    repository: ErasureRepository,
    experiments: ExperimentService,
    jobs: JobService,
    idempotency: IdempotencyService,
  ) {
    this.#repository = repository
    this.#experiments = experiments
    this.#jobs = jobs
    this.#idempotency = idempotency
  }

  /**
   * Queues a job for each experiment.
   *
   * @throws AppError NOT_FOUND, QUEUE_FULL
   */
  async request(request: EraseUserRequest, call: IdempotentCall | null): Promise<EraseUserPayload> {
    const userId = request.userId.trim()
    try {
      return await this.#idempotency.once<EraseUserPayload>(call, {
        again: async (ids) => {
          const jobs = await this.#jobs.answersAmong(ids)
          return jobs.length < ids.length ? null : { jobs, userErrors: [] }
        },
        refuse: (userErrors) => ({ jobs: [], userErrors }),
        make: () => this.#make(userId, request),
      })
    } catch (error) {
      throw withoutUser(error, userId)
    }
  }

  async #make(
    userId: string,
    { experimentId, reason }: EraseUserRequest,
  ): Promise<EraseUserPayload | Make<EraseUserPayload>> {
    if (experimentId != null) await this.#experiments.get(experimentId)
    const userErrors = problemsOf(userId, reason ?? null)
    if (userErrors.length > 0) return { jobs: [], userErrors }
    const experimentIds = experimentId == null ? await this.#repository.experimentsWithBatches() : [experimentId]
    const input: EraseUserJob = { userId, reason: reason ?? null }
    return async (tx) => {
      const jobs: Job[] = []
      // Always in one order: each waits for who adds jobs of its experiment.
      for (const id of experimentIds.toSorted())
        jobs.push(await this.#jobs.enqueue({ kind: 'ERASE_USER', experimentId: id, input }, tx))
      return { answer: { jobs, userErrors: [] }, ids: jobs.map(({ id }) => id) }
    }
  }

  page(experimentId: string, request: PageRequest): Promise<Page<Erasure>> {
    requirePageSize(request.first)
    return this.#repository.page(experimentId, request)
  }

  firstPages(experimentIds: readonly string[], first: number): Promise<Map<string, Page<Erasure>>> {
    requirePageSize(first)
    return this.#repository.firstPages(experimentIds, first)
  }
}

function problemsOf(userId: string, reason: string | null): UserError[] {
  const problems: UserError[] = []
  const problem = (field: string, message: string) => problems.push({ code: 'INVALID', field: [field], message })
  if (userId.length < 1 || userId.length > LONGEST_USER_ID)
    problem('userId', `A user id has 1 to ${LONGEST_USER_ID} characters, got ${userId.length}.`)
  if (reason !== null && reason.length > LONGEST_REASON)
    problem('reason', `A reason has ${LONGEST_REASON} characters at most, got ${reason.length}.`)
  if (userId !== '' && namesUser(reason, userId))
    problem(
      'reason',
      'The reason is kept for ever and must not name the user. Give the number of a ticket, for example.',
    )
  return problems
}
