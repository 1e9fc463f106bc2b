import { ModelDocument, ModelsDocument, PredictionsDocument, TrainModelDocument } from './_generated/graphql.ts'
import { CalibrationCalls } from './calibration-calls.ts'
import { FairliftJobError } from './errors.ts'
import { withKey } from './idempotency-key.ts'
import { PagedList, pageOf, type ListOptions } from './paginate.ts'
import { accepted, required } from './payload.ts'
import { StartedWork } from './started-work.ts'
import type { CallOptions } from './transport.ts'
import type * as types from './types.ts'

/** A model that was asked for: resolves to its job at once; `result()` waits for the model. */
export type ModelTraining = StartedWork<{ job: types.Job }, types.Job, types.Model>

/** The calls of the client that train models and read them. */
export abstract class ModelCalls extends CalibrationCalls {
  /**
   * Trains a model of a target on variant and features. Resolves to the job; `result()` waits for the model.
   *
   * Throws FairliftUserError; FairliftError NOT_FOUND, NO_DATA. `result()` throws FairliftJobError, with the codes
   * FEATURES_REJECTED and MODEL_NOT_COMPUTABLE where the data do not allow the model.
   *
   * @example
   * const features = [{ attribute: 'device' }, { history: { measure: 'FREQUENCY', eventTypes: ['purchase'] } }]
   * const { effects } = await client.trainModel({ experimentId, target: { kind: 'CONVERSION' }, features }).result()
   * for (const { treatment, delta } of effects) console.log(treatment, delta.estimate, delta.confidenceInterval)
   */
  trainModel(input: types.TrainModelInput, options?: CallOptions): ModelTraining {
    const answer = this.request(TrainModelDocument, { input: withKey(input) }, { ...options, idempotent: true })
    return new StartedWork(
      answer.then(({ trainModel }) => ({ job: required(accepted(trainModel).job) })),
      ({ job }) => job,
      async ({ job }, resultOptions) => {
        const ended = await this.waitForJob(job.id, resultOptions)
        if (ended.status !== 'SUCCEEDED') throw new FairliftJobError(ended)
        return this.model(required(ended.model).id, resultOptions)
      },
    )
  }

  /** One model. Throws FairliftError NOT_FOUND. */
  async model(id: string, options?: CallOptions): Promise<types.Model> {
    return required((await this.request(ModelDocument, { id }, options)).model)
  }

  /** The models of an experiment without their tables, newest first. Throws FairliftError NOT_FOUND when it is read. */
  models(experimentId: string, options?: ListOptions): PagedList<types.ModelSummary> {
    return new PagedList(async (page, signal) => {
      const { experiment } = await this.request(ModelsDocument, { experimentId, ...page }, { signal })
      return pageOf(required(experiment).models)
    }, options)
  }

  /** What a model predicts of each treatment; by default the newest one. Throws FairliftError NOT_FOUND. */
  async predictions(experimentId: string, modelId?: string, options?: CallOptions): Promise<types.Prediction[]> {
    const { experiment } = await this.request(PredictionsDocument, { experimentId, modelId }, options)
    return required(experiment).predictions
  }
}
