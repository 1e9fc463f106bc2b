import { type Difference, differencesOf } from '../../analysis/differences.ts'
import type { ResultRow } from '../../analysis/result-row.ts'
import { STATISTICS_VERSION } from '../../analysis/settings.ts'
import type { ComputePool } from '../../jobs/compute/pool.ts'
import type { RecomputeResult } from '../../jobs/compute/recompute-rows.ts'
import type { TaskContext } from '../../jobs/define-task.ts'
import type { WorkFolders } from '../../jobs/work-folders.ts'
import { ObjectMissingError, type ObjectStore } from '../../storage/object-store.ts'
import type { IdempotencyService, IdempotentCall } from '../idempotency/idempotency.service.ts'
import { jobMutation, type JobPayload } from '../job/job-mutation.ts'
import type { Job, JobService } from '../job/job.service.ts'
import { resultKeyOf } from './analysis-request.ts'
import type { AnalysisRunService } from './analysis-run.service.ts'
import type { Analysis, AnalysisService, StoredResult } from './analysis.service.ts'
import { type Certificate, certificateKey, hashOf } from './certificate.ts'

export type VerificationSource = 'AGGREGATES' | 'DATA'

/** What of an answer was found changed. */
export interface FoundDifference extends Difference {
  part: 'ROW' | 'ROWS' | 'AGGREGATES' | 'QUESTION' | 'CERTIFICATE'
  /** Id of the result row; null for other parts. */
  resultId: string | null
}

/** What came of computing an answer once more. */
export interface Verification {
  analysisId: string
  source: VerificationSource
  outcome: 'SAME' | 'DIFFERENT' | 'UNAVAILABLE'
  /** In a sentence. */
  message: string
  /** By how much of the largest number beside them numbers may differ. */
  rounding: number
  rows: number
  differences: FoundDifference[]
}

/** Sums of the same events in another order differ in their last digits; what is computed from them does a little more. */
const DATA_ROUNDING = 1e-8
/** More than these tell no more. */
const MOST_DIFFERENCES = 100

/** Computes answers once more, to see whether what is kept is what was computed. */
export class VerificationService {
  readonly #analyses: AnalysisService
  readonly #runs: AnalysisRunService
  readonly #jobs: JobService
  readonly #store: ObjectStore
  readonly #compute: ComputePool
  readonly #idempotency: IdempotencyService
  readonly #folders: WorkFolders

  constructor(
    analyses: AnalysisService,
    runs: AnalysisRunService,
    jobs: JobService,
    store: ObjectStore,
    compute: ComputePool,
    idempotency: IdempotencyService,
    folders: WorkFolders,
  ) {
    this.#analyses = analyses
    this.#runs = runs
    this.#jobs = jobs
    this.#store = store
    this.#compute = compute
    this.#idempotency = idempotency
    this.#folders = folders
  }

  /** The certificate of an analysis; null when it was computed before there were any. */
  async certificateOf(analysis: Pick<Analysis, 'id' | 'experimentId'>): Promise<Certificate | null> {
    return this.#readJson<Certificate>(certificateKey(analysis))
  }

  /**
   * From the aggregates that were kept, byte for byte: within the request, as no data are read.
   *
   * @throws AppError NOT_FOUND, and those of the compute pool
   */
  async verify(id: string): Promise<Verification> {
    const analysis = await this.#analyses.get(id)
    const certificate = await this.certificateOf(analysis)
    const stored = await this.#analyses.resultsOf([id])
    const unavailable = whyUnavailable(certificate)
    if (certificate === null || unavailable !== null) return without(id, 'AGGREGATES', stored, unavailable!)
    const differences = this.#certificateDifferences(analysis, certificate, stored)
    const again = await this.#recompute(analysis.aggregatesKey, certificate)
    if (again === null) {
      differences.push(found('AGGREGATES', { field: '', stored: null, recomputed: null }))
      return concluded(id, 'AGGREGATES', stored, differences, 0)
    }
    const { aggregatesHash } = certificate
    if (again.aggregatesHash !== aggregatesHash) {
      const hashes = {
        stored: JSON.stringify(aggregatesHash),
        recomputed: again.aggregatesHash && JSON.stringify(again.aggregatesHash),
      }
      differences.push(found('AGGREGATES', { field: 'sha256', ...hashes }))
    }
    if (again.rows === null) {
      differences.push(found('AGGREGATES', { field: '', stored: null, recomputed: JSON.stringify(again.problem) }))
    } else differences.push(...rowDifferences(stored, again.rows, 0))
    return concluded(id, 'AGGREGATES', stored, differences, 0)
  }

  /**
   * Queues a verification from the curated data.
   *
   * @throws AppError NOT_FOUND, QUEUE_FULL
   */
  request(id: string, call: IdempotentCall | null): Promise<JobPayload> {
    const mutation = jobMutation(this.#jobs, async () => {
      const { experimentId } = await this.#analyses.get(id)
      return { request: { kind: 'VERIFY_ANALYSIS', experimentId, input: { analysisId: id } } }
    })
    return this.#idempotency.once(call, mutation)
  }

  /** From the data of the version that was asked, within rounding. What is found is kept as the job's. */
  async runFromData(jobId: string, id: string, context: TaskContext): Promise<void> {
    const analysis = await this.#analyses.get(id)
    const certificate = await this.certificateOf(analysis)
    const stored = await this.#analyses.resultsOf([id])
    const unavailable = whyUnavailable(certificate)
    const verification =
      certificate === null || unavailable !== null
        ? without(id, 'DATA', stored, unavailable!)
        : concluded(
            id,
            'DATA',
            stored,
            [
              ...this.#certificateDifferences(analysis, certificate, stored),
              ...rowDifferences(
                stored,
                await this.#runs.recompute(analysis.experimentId, certificate.question, context),
                DATA_ROUNDING,
              ),
            ],
            DATA_ROUNDING,
          )
    const key = verificationKey(analysis, jobId)
    // An attempt before this one may have got as far.
    if ((await this.#store.stat(key)) === null) await this.#store.put(key, oneBuffer(JSON.stringify(verification)))
  }

  /** What a job found; null before it has. */
  async foundBy({ id, kind, analysisId, experimentId }: Job): Promise<Verification | null> {
    if (kind !== 'VERIFY_ANALYSIS' || analysisId === null) return null
    return this.#readJson<Verification>(verificationKey({ id: analysisId, experimentId }, id))
  }

  /** Whether certificate, question and stored rows belong together. */
  #certificateDifferences(analysis: Analysis, certificate: Certificate, stored: StoredResult[]): FoundDifference[] {
    const differences: FoundDifference[] = []
    const compare = (part: FoundDifference['part'], field: string, kept: unknown, recomputed: unknown) =>
      differences.push(...differencesOf({ [field]: kept }, { [field]: recomputed }, 0).map((one) => found(part, one)))
    compare('QUESTION', 'resultKey', analysis.resultKey, resultKeyOf(certificate.question))
    compare('QUESTION', 'settings', analysis.settings, certificate.question.settings)
    compare('QUESTION', 'plan', analysis.plan, certificate.plan)
    compare('QUESTION', 'datasetVersionId', analysis.datasetVersionId, certificate.question.datasetVersionId)
    const rows = stored.map(({ row }) => row)
    compare('CERTIFICATE', 'sha256', certificate.sha256, hashOf(certificate, rows))
    return differences
  }

  async #readJson<Value>(key: string): Promise<Value | null> {
    try {
      const chunks: Buffer[] = []
      for await (const chunk of await this.#store.read(key)) chunks.push(chunk)
      return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Value
    } catch (error) {
      if (error instanceof ObjectMissingError) return null
      throw error
    }
  }

  /** Null when the sums are not there any more. */
  #recompute(aggregatesKey: string, { question, plan }: Certificate): Promise<RecomputeResult | null> {
    const { metrics, settings } = question
    return this.#folders.use(async (folder) => {
      if ((await this.#store.stat(aggregatesKey)) === null) return null
      const aggregatesPath = await this.#store.localFile(aggregatesKey, folder)
      return this.#compute.run('recompute', { metrics, plan, settings, aggregatesPath })
    })
  }
}

function whyUnavailable(certificate: Certificate | null): string | null {
  if (certificate === null) return 'This analysis has no certificate: it was computed before there were any.'
  if (certificate.statisticsVersion === STATISTICS_VERSION) return null
  return `This analysis was computed by version ${certificate.statisticsVersion} of the statistics, and this server has version ${STATISTICS_VERSION}: other numbers would prove nothing.`
}

function rowDifferences(stored: StoredResult[], rows: ResultRow[], rounding: number): FoundDifference[] {
  const count = differencesOf({ count: stored.length }, { count: rows.length }, 0).map((one) => found('ROWS', one))
  const shared = stored.slice(0, rows.length)
  return [
    ...count,
    ...shared.flatMap(({ id, row }, index) =>
      // As they are written: fields that are undefined are none.
      differencesOf(row, JSON.parse(JSON.stringify(rows[index])), rounding).map((one) => found('ROW', one, id)),
    ),
  ]
}

function found(part: FoundDifference['part'], difference: Difference, resultId: string | null = null): FoundDifference {
  return { part, resultId, ...difference }
}

function without(id: string, source: VerificationSource, stored: StoredResult[], message: string): Verification {
  return {
    analysisId: id,
    source,
    outcome: 'UNAVAILABLE',
    message,
    rounding: 0,
    rows: stored.length,
    differences: [],
  }
}

function concluded(
  id: string,
  source: VerificationSource,
  stored: StoredResult[],
  differences: FoundDifference[],
  rounding: number,
): Verification {
  const from = source === 'DATA' ? 'the data' : 'the stored aggregates'
  const rows = stored.length
  const how = rounding === 0 ? 'byte for byte' : `to ${rounding} of the largest number beside each`
  const message =
    differences.length === 0
      ? `Computed again from ${from}, all ${rows} rows are the same ${how}.`
      : `Computed again from ${from}, ${differences.length === 1 ? 'one thing differs' : `${differences.length} things differ`}: what is stored is not what was computed.`
  return {
    analysisId: id,
    source,
    outcome: differences.length === 0 ? 'SAME' : 'DIFFERENT',
    message,
    rounding,
    rows,
    differences: differences.slice(0, MOST_DIFFERENCES),
  }
}

function verificationKey({ experimentId, id }: { experimentId: string; id: string }, jobId: string): string {
  return `artifacts/${experimentId}/${id}/verification-${jobId}.json`
}

async function* oneBuffer(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text)
}
