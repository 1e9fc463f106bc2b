import { compareResults, type ResultChange } from '../../analysis/compare-results.ts'
import type { UnitChange } from '../../engine/polars/count-units.ts'
import { AppError } from '../../errors.ts'
import type { ComputePool } from '../../jobs/compute/pool.ts'
import type { WorkFolders } from '../../jobs/work-folders.ts'
import type { ObjectStore } from '../../storage/object-store.ts'
import type { Analysis, AnalysisService, StoredResult } from '../analysis/analysis.service.ts'
import { partFilesOf } from '../dataset/part-files.ts'
import type { DatasetPart, DatasetRepository } from '../dataset/dataset.repository.ts'
import type { DatasetService, DatasetVersion } from '../dataset/dataset.service.ts'
import type { ExperimentService } from '../experiment/experiment.service.ts'
import type { ComparisonRepository, EventChange } from './comparison.repository.ts'

/** Two versions of an experiment's data, the earlier one first. */
export interface VersionComparison {
  experimentId: string
  before: DatasetVersion
  after: DatasetVersion
}

/** Why effects cannot be compared, and what to do. */
export interface EffectsUnavailable {
  reason: 'NO_DATA' | 'NO_ANALYSIS_BEFORE' | 'NO_ANALYSIS_AFTER' | 'NO_ANALYSES' | 'QUESTIONS_DIFFER'
  message: string
}

/** The result of one metric and treatment in both versions. */
export interface EffectMove extends ResultChange {
  before: StoredResult
  after: StoredResult
}

export interface EffectComparison {
  before: Analysis | null
  after: Analysis | null
  moves: EffectMove[]
  unavailable: EffectsUnavailable | null
}

/** Says what changed between two versions of the data: events, users, and effects. */
export class ComparisonService {
  readonly #repository: ComparisonRepository
  readonly #datasets: DatasetService
  readonly #parts: DatasetRepository
  readonly #experiments: ExperimentService
  readonly #analyses: AnalysisService
  readonly #store: ObjectStore
  readonly #compute: ComputePool
  readonly #folders: WorkFolders

  constructor(
    repository: ComparisonRepository,
    datasets: DatasetService,
    parts: DatasetRepository,
    experiments: ExperimentService,
    analyses: AnalysisService,
    store: ObjectStore,
    compute: ComputePool,
    folders: WorkFolders,
  ) {
    this.#repository = repository
    this.#datasets = datasets
    this.#parts = parts
    this.#experiments = experiments
    this.#analyses = analyses
    this.#store = store
    this.#compute = compute
    this.#folders = folders
  }

  /** @throws AppError NOT_FOUND, BAD_INPUT */
  async compare(experimentId: string, before: number, after: number): Promise<VersionComparison> {
    await this.#experiments.get(experimentId)
    if (before >= after) {
      throw new AppError(
        'BAD_INPUT',
        `"before" is the earlier version and "after" the later one, got ${before} and ${after}.`,
        { details: { argument: 'before' } },
      )
    }
    return {
      experimentId,
      before: await this.#datasets.version(experimentId, before),
      after: await this.#datasets.version(experimentId, after),
    }
  }

  events({ experimentId, before, after }: VersionComparison): Promise<EventChange> {
    return this.#repository.eventChange(experimentId, before.number, after.number)
  }

  /** Counts the distinct users of both versions, in a compute child. */
  async users({ experimentId, before, after }: VersionComparison): Promise<UnitChange> {
    const [earlier, later] = await Promise.all([
      this.#parts.partsOf(experimentId, before.number),
      this.#parts.partsOf(experimentId, after.number),
    ])
    const [inEarlier, inLater] = [new Set(earlier.map(({ id }) => id)), new Set(later.map(({ id }) => id))]
    return this.#folders.use(async (folder) => {
      const files = (parts: DatasetPart[]) => partFilesOf(parts, this.#store, folder)
      return this.#compute.run('countUnits', {
        before: await files(earlier.filter(({ id }) => !inLater.has(id))),
        after: await files(later.filter(({ id }) => !inEarlier.has(id))),
        both: await files(later.filter(({ id }) => inEarlier.has(id))),
      })
    })
  }

  /** Compares the newest stored answers to the same question of both versions, where there are such. */
  async effects({ before, after }: VersionComparison): Promise<EffectComparison> {
    const pair = await this.#repository.analysesAlike(before.id, after.id)
    if (pair === null) {
      return { before: null, after: null, moves: [], unavailable: await this.#whyUnavailable(before, after) }
    }
    const [analyses, rows] = await Promise.all([
      this.#analyses.byIds([pair.before, pair.after]),
      this.#analyses.resultsOf([pair.before, pair.after]),
    ])
    const own = rows.filter(({ row }) => row.segment === null)
    const later = new Map(own.filter(({ analysisId }) => analysisId === pair.after).map((one) => [placeOf(one), one]))
    const moves = own
      .filter(({ analysisId }) => analysisId === pair.before)
      .flatMap((earlier): EffectMove[] => {
        const match = later.get(placeOf(earlier))
        return match === undefined ? [] : [{ before: earlier, after: match, ...compareResults(earlier.row, match.row) }]
      })
    const withId = (id: string) => analyses.find((one) => one.id === id)!
    return { before: withId(pair.before), after: withId(pair.after), moves, unavailable: null }
  }

  async #whyUnavailable(before: DatasetVersion, after: DatasetVersion): Promise<EffectsUnavailable> {
    const empty = [before, after].find(({ rows }) => rows === 0)
    if (empty !== undefined) {
      return { reason: 'NO_DATA', message: `Version ${empty.number} holds no events: there is nothing to analyse.` }
    }
    const analysed = await this.#repository.analysed([before.id, after.id])
    const lacking = [before, after].filter(({ number }) => !analysed.includes(number)).map(({ number }) => number)
    if (lacking.length === 0) {
      const message = `Versions ${before.number} and ${after.number} were asked different questions. Run runAnalysis with equal settings and datasetVersion ${before.number}, then ${after.number}.`
      return { reason: 'QUESTIONS_DIFFER', message }
    }
    const reason =
      lacking.length === 2 ? 'NO_ANALYSES' : lacking[0] === before.number ? 'NO_ANALYSIS_BEFORE' : 'NO_ANALYSIS_AFTER'
    const message = `There is no analysis of version ${lacking.join(' nor of ')} yet. Run runAnalysis with datasetVersion ${lacking.join(', then ')}, with the settings of the other version’s analysis where it has one.`
    return { reason, message }
  }
}

function placeOf({ metricId, treatmentId, controlId }: StoredResult): string {
  return [metricId, treatmentId, controlId].join(' ')
}
