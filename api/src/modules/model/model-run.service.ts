import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { STATISTICS_VERSION } from '../../analysis/settings.ts'
import { AppError } from '../../errors.ts'
import type { ComputePool } from '../../jobs/compute/pool.ts'
import { CARD_FILE, TABLES_FILE } from '../../jobs/compute/model-files.ts'
import type { TaskContext } from '../../jobs/define-task.ts'
import type { WorkFolders } from '../../jobs/work-folders.ts'
import type { ModelCard } from '../../models/model-card.ts'
import type { ObjectStore } from '../../storage/object-store.ts'
import type { AnalysisRunService } from '../analysis/analysis-run.service.ts'
import type { Model, ModelRepository } from './model.repository.ts'
import { modelKeyOf, type TrainQuestion } from './train-question.ts'

/** Share of the job that reading and training take, for the progress bar. */
const TRAINING_SHARE = 0.95

/** Trains models: one pass over the data and the training in a compute child, then storing. */
export class ModelRunService {
  readonly #models: ModelRepository
  readonly #analyses: AnalysisRunService
  readonly #store: ObjectStore
  readonly #compute: ComputePool
  readonly #folders: WorkFolders

  constructor(
    models: ModelRepository,
    analyses: AnalysisRunService,
    store: ObjectStore,
    compute: ComputePool,
    folders: WorkFolders,
  ) {
    this.#models = models
    this.#analyses = analyses
    this.#store = store
    this.#compute = compute
    this.#folders = folders
  }

  /** Trains and stores the model, or finds it. Throws AppError NO_DATA, FEATURES_REJECTED, MODEL_NOT_COMPUTABLE. */
  async run(experimentId: string, question: TrainQuestion, { signal, report }: TaskContext): Promise<Model> {
    const resultKey = modelKeyOf(question)
    const known = await this.#models.byResultKey(resultKey)
    if (known !== null) return known
    report('Reading the data', 0)
    return this.#folders.use(async (folder) => {
      const { plan, variantKeys, model, currency, datasetVersion, experimentKey } = question
      const data = await this.#analyses.dataFor(experimentId, { datasetVersion, window: plan.window }, folder, signal)
      const result = await this.#compute.run(
        'train',
        {
          ...{ plan, variantKeys, ...data, folder },
          question: model,
          worthUnit: currency,
          provenance: {
            experiment: experimentKey,
            datasetVersion: String(datasetVersion),
            statisticsVersion: String(STATISTICS_VERSION),
          },
        },
        {
          signal,
          onProgress: ({ share }) =>
            report(share < 0.6 ? 'Grouping users' : 'Training', Math.min(share, 1) * TRAINING_SHARE),
        },
      )
      if (result.kind === 'notComputable') {
        const { reason, message, about } = result
        throw new AppError('MODEL_NOT_COMPUTABLE', message, { details: { reason, about } })
      }
      report('Storing the model', TRAINING_SHARE)
      const id = randomUUID()
      const artifactKey = modelFileKey({ experimentId, id }, CARD_FILE)
      await this.#store.putFile(artifactKey, join(folder, CARD_FILE))
      await this.#store.putFile(modelFileKey({ experimentId, id }, TABLES_FILE), join(folder, TABLES_FILE))
      const stored = await this.#models.insert({
        id,
        experimentId,
        datasetVersionId: question.datasetVersionId,
        resultKey,
        kind: result.card.kind,
        target: model.target.kind,
        settings: question,
        card: shown(result.card),
        artifactKey,
        trainedAt: new Date(),
      })
      return stored ?? (await this.#models.byResultKey(resultKey))!
    })
  }
}

/** Where a file of a model is stored. */
export function modelFileKey({ experimentId, id }: Pick<Model, 'experimentId' | 'id'>, name: string): string {
  return `artifacts/${experimentId}/${id}/${name}`
}

function shown({ covariance: _, ...card }: ModelCard): Omit<ModelCard, 'covariance'> {
  return card
}
