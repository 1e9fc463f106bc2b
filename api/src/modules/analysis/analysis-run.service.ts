import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { decide } from '../../analysis/decide.ts'
import { decideAtLook } from '../../analysis/decide-at-look.ts'
import { TIME_SERIES_FILE } from '../../analysis/time-series.ts'
import { reasonsForInterim } from '../../analysis/interim.ts'
import type { ResultRow } from '../../analysis/result-row.ts'
import { STATISTICS_VERSION } from '../../analysis/settings.ts'
import { AppError } from '../../errors.ts'
import type { Window } from '../../engine/plan.ts'
import { unitRuleName, type UnitFile } from '../../engine/unit-table.ts'
import type { AnalyseRequest, AnalyseResult } from '../../jobs/compute/analyse-parts.ts'
import type { ComputePool } from '../../jobs/compute/pool.ts'
import type { TaskContext } from '../../jobs/define-task.ts'
import type { WorkFolders } from '../../jobs/work-folders.ts'
import type { ObjectStore } from '../../storage/object-store.ts'
import type { DatasetRepository } from '../dataset/dataset.repository.ts'
import { partFilesOf } from '../dataset/part-files.ts'
import type { UnitTableService } from '../dataset/unit-table.service.ts'
import type { ExperimentService, Variant } from '../experiment/experiment.service.ts'
import type { Metric, MetricService } from '../metric/metric.service.ts'
import { type AnalysisQuestion, planOf, resultKeyOf, usualWindowOf } from './analysis-request.ts'
import { concludeWith } from './conclusion.ts'
import { certificateKey, certify } from './certificate.ts'
import type { Analysis, AnalysisRepository } from './analysis.repository.ts'
import { distributionsKey, timeSeriesKey } from './timeseries.service.ts'

/** What computes, and what it reads, as it is written into results. Both give equal results. */
const engines = { events: 'polars, events', unitTable: 'polars, unit table' }
/** Share of the job that the pass over the data takes, for the progress bar. */
const PASS_SHARE = 0.9

/** Which data a question is about. */
export interface DataQuestion {
  datasetVersion: number
  window: Window
}

export function dataOf({ datasetVersion, settings: { window } }: AnalysisQuestion): DataQuestion {
  return { datasetVersion, window }
}

/** Answers questions: one pass over the data and the statistics in a compute child, then the decision, then storing. */
export class AnalysisRunService {
  readonly #analyses: AnalysisRepository
  readonly #datasets: DatasetRepository
  readonly #unitTables: UnitTableService
  readonly #experiments: ExperimentService
  readonly #metrics: MetricService
  readonly #store: ObjectStore
  readonly #compute: ComputePool
  readonly #folders: WorkFolders

  constructor(
    analyses: AnalysisRepository,
    datasets: DatasetRepository,
    unitTables: UnitTableService,
    experiments: ExperimentService,
    metrics: MetricService,
    store: ObjectStore,
    compute: ComputePool,
    folders: WorkFolders,
  ) {
    this.#analyses = analyses
    this.#datasets = datasets
    this.#unitTables = unitTables
    this.#experiments = experiments
    this.#metrics = metrics
    this.#store = store
    this.#compute = compute
    this.#folders = folders
  }

  /** Computes and stores the answer, or finds it. Returns the analysis. */
  async run(experimentId: string, question: AnalysisQuestion, { signal, report }: TaskContext): Promise<Analysis> {
    const resultKey = resultKeyOf(question)
    const known = await this.#analyses.byResultKey(resultKey)
    if (known !== null) return known
    const startedAt = performance.now()
    report('Reading the data', 0)
    return this.#folders.use(async (workFolder) => {
      const id = randomUUID()
      const request = await this.#requestFor(experimentId, question, workFolder, signal)
      const result = await this.#compute.run('analyse', request, {
        signal,
        onProgress: ({ share }) => report('Adding up users', share * PASS_SHARE),
      })
      report('Storing the results', 0.95)
      const [variants, metrics] = await Promise.all([
        this.#experiments.variantsByIds(question.variants.map((variant) => variant.id)),
        this.#metrics.byIds(question.metrics.map((metric) => metric.id)),
      ])
      const folder = `artifacts/${experimentId}/${id}`
      const aggregatesKey = `${folder}/aggregates.json.gz`
      await this.#store.putFile(aggregatesKey, request.aggregatesPath)
      if (question.settings.timeseries === true)
        await this.#store.putFile(timeSeriesKey({ experimentId, id }), join(workFolder, TIME_SERIES_FILE))
      await this.#store.put(distributionsKey({ experimentId, id }), oneBuffer(JSON.stringify(result.distributions)))
      const conclusions = this.#conclusions(question, result, variants, metrics)
      const certificate = certify(question, result.rows, result.aggregatesHash)
      await this.#store.put(certificateKey({ experimentId, id }), oneBuffer(JSON.stringify(certificate)))
      const stored = await this.#analyses.insert(
        {
          id,
          experimentId,
          datasetVersionId: question.datasetVersionId,
          resultKey,
          settings: question.settings,
          plan: planOf(question),
          aggregatesKey,
          ...conclusions,
          statisticsVersion: STATISTICS_VERSION,
          engine: request.unitFiles === null ? engines.events : engines.unitTable,
          durationMs: performance.now() - startedAt,
          computedAt: new Date(),
        },
        result.rows,
      )
      return stored ?? (await this.#analyses.byResultKey(resultKey))!
    })
  }

  /** The rows of a question once more, from the data; nothing is stored. */
  async recompute(
    experimentId: string,
    question: AnalysisQuestion,
    { signal, report }: TaskContext,
  ): Promise<ResultRow[]> {
    report('Reading the data', 0)
    return this.#folders.use(async (workFolder) => {
      const request = await this.#requestFor(experimentId, question, workFolder, signal)
      const { rows } = await this.#compute.run('analyse', request, {
        signal,
        onProgress: ({ share }) => report('Adding up users', share * PASS_SHARE),
      })
      return rows
    })
  }

  async #requestFor(
    experimentId: string,
    question: AnalysisQuestion,
    workFolder: string,
    signal: AbortSignal,
  ): Promise<AnalyseRequest & { aggregatesPath: string }> {
    return {
      ...(await this.dataFor(experimentId, dataOf(question), workFolder, signal)),
      metrics: question.metrics,
      plan: planOf(question),
      settings: question.settings,
      trafficSplits: question.variants.map(({ trafficSplit }) => trafficSplit),
      lineage: await this.#datasets.lineage(experimentId, question.datasetVersion),
      isOver: !question.schedule.isBeforeEnd,
      aggregatesPath: join(workFolder, 'aggregates.json.gz'),
    }
  }

  /**
   * What is read for a question: the parts, and the unit table where there is one for it.
   *
   * @param workFolder the files are there for as long as it is
   * @throws AppError NO_DATA
   */
  async dataFor(
    experimentId: string,
    question: DataQuestion,
    workFolder: string,
    signal: AbortSignal,
  ): Promise<Pick<AnalyseRequest, 'parts' | 'unitFiles'>> {
    const parts = await this.#datasets.partsOf(experimentId, question.datasetVersion)
    if (parts.length === 0) throw new AppError('NO_DATA', 'This version of the data holds no events.')
    return {
      parts: await partFilesOf(parts, this.#store, workFolder),
      unitFiles: await this.#unitFiles(experimentId, question, workFolder, signal),
    }
  }

  /** The unit table for the question, made first where it is what most questions will want. */
  async #unitFiles(
    experimentId: string,
    { datasetVersion, window }: DataQuestion,
    workFolder: string,
    signal: AbortSignal,
  ): Promise<UnitFile[] | null> {
    const experiment = await this.#experiments.get(experimentId)
    const usual = usualWindowOf(experiment)
    if (unitRuleName(window) === unitRuleName(usual)) await this.#unitTables.update(experimentId, usual, signal)
    return this.#unitTables.find(experimentId, datasetVersion, window, workFolder)
  }

  /** What follows from the rows: users by variant, health, whether it is an early look, and the decision. */
  #conclusions(
    { variants, metrics, settings, schedule, guardrailsLeftOut }: AnalysisQuestion,
    result: AnalyseResult,
    knownVariants: Variant[],
    knownMetrics: Metric[],
  ) {
    const names = namesOf(knownVariants, knownMetrics)
    const endAt = schedule.endAt === null ? null : new Date(schedule.endAt)
    // Whether the end has come was settled when the question was asked: the answer must not depend on when it is worked on.
    const now = endAt === null ? new Date(0) : new Date(endAt.getTime() - (schedule.isBeforeEnd ? 1 : 0))
    // The last look of a design with looks is no early one, however few of the planned users came.
    const isLast = settings.looks?.kind === 'GROUP_SEQUENTIAL' && settings.looks.isLast
    const interimReasons = isLast ? [] : reasonsForInterim({ ...schedule, endAt }, result.exposedUnits, now)
    const decision = decideAtLook(
      (reasons) => decide(result.rows, metrics, result.health, reasons, names, guardrailsLeftOut, settings.decision),
      interimReasons,
      settings,
      schedule,
      result.exposedUnits,
    )
    return {
      variants: variants.map(({ id, trafficSplit }, index) => ({
        variantId: id,
        trafficSplit,
        users: result.users[index]!,
      })),
      health: result.health,
      interim: interimReasons.length > 0,
      decision: concludeWith(decision, result, metrics, settings),
    }
  }
}

function namesOf(variants: Variant[], metrics: Metric[]) {
  const variantNames = new Map(variants.map(({ id, name }) => [id, name]))
  const metricNames = new Map(metrics.map(({ id, name }) => [id, name]))
  return { variant: (id: string) => variantNames.get(id) ?? id, metric: (id: string) => metricNames.get(id) ?? id }
}

async function* oneBuffer(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text)
}
