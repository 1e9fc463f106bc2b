import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import type { RequestContext } from '../../context.ts'
import { notFound } from '../../errors.ts'
import type { FileSigner } from '../../http/file-signer.ts'
import type { FeatureImportance } from '../../models/model-card.ts'
import { toConnection, type Connection } from '../connection.type.ts'
import type { DatasetVersion } from '../dataset/dataset.service.ts'
import { DatasetVersionType } from '../dataset/dataset.type.ts'
import type { Experiment } from '../experiment/experiment.service.ts'
import { ExperimentType } from '../experiment/experiment.type.ts'
import { idempotentCall } from '../idempotency/idempotency-key.ts'
import { requireId } from '../ids.ts'
import type { Job } from '../job/job.service.ts'
import type { JobPayload } from '../job/job-mutation.ts'
import { JobType } from '../job/job.type.ts'
import { PredictedEffectType, SegmentLiftType, toPredictedEffect, toSegmentLift } from './model-effect.type.ts'
import {
  FeatureImportanceType,
  LeakageCheckType,
  ModelCoefficientType,
  ModelFeatureType,
  ModelTargetType,
  ModelWarningType,
  toCoefficient,
  toFeature,
} from './model-part.type.ts'
import { toUplift, UpliftType } from './model-uplift.type.ts'
import { ModelMetricsType, ModelValidationType, toMetrics, toValidation } from './model-validation.type.ts'
import { TrainModelInput, TrainModelPayloadType } from './model.input.ts'
import type { Model, ModelService } from './model.service.ts'
import { ModelConnection, ModelFitType, ModelSettingsType, ModelType, PredictionType } from './model.type.ts'

@Resolver(() => ModelType)
export class ModelResolver {
  readonly #models: ModelService
  readonly #files: FileSigner

  constructor(models: ModelService, files: FileSigner) {
    this.#models = models
    this.#files = files
  }

  @Query(() => ModelType, { nullable: true, description: 'One model. Null only together with the error NOT_FOUND.' })
  model(@Arg('id', () => ID, { description: 'Its id.' }) id: string): Promise<Model> {
    return this.#models.get(requireId('model', id))
  }

  @Mutation(() => TrainModelPayloadType, {
    description:
      'Trains a model of a target on variant and features. Answers at once with a job; the same question of the same data answers with the same job.',
  })
  trainModel(
    @Arg('input', () => TrainModelInput, { description: 'Which model.' }) input: TrainModelInput,
    @Ctx() { caller }: RequestContext,
  ): Promise<JobPayload> {
    const request = { ...input, experimentId: requireId('experiment', input.experimentId) }
    return this.#models.request(request, idempotentCall(caller, 'trainModel', input.idempotencyKey, input))
  }

  @FieldResolver(() => ExperimentType, { description: 'The experiment.' })
  experiment(@Root() { experimentId }: Model, @Ctx() { loaders }: RequestContext): Promise<Experiment | null> {
    return loaders.experiment.load(experimentId)
  }

  @FieldResolver(() => DatasetVersionType, { description: 'The data it was trained on.' })
  datasetVersion(
    @Root() { datasetVersionId }: Model,
    @Ctx() { loaders }: RequestContext,
  ): Promise<DatasetVersion | null> {
    return loaders.datasetVersion.load(datasetVersionId)
  }

  @FieldResolver(() => JobType, { nullable: true, description: 'The job that trained it. Null while that is ending.' })
  job(@Root() { id }: Model, @Ctx() { loaders }: RequestContext): Promise<Job | null> {
    return loaders.jobOfModel.load(id)
  }

  @FieldResolver(() => ModelTargetType, { description: 'What it predicts.' })
  target(@Root() { card }: Model): ModelTargetType {
    return card.question.target
  }

  @FieldResolver(() => ModelSettingsType, { description: 'What was asked for.' })
  settings(@Root() { card }: Model): ModelSettingsType {
    return card.question
  }

  @FieldResolver(() => [ModelFeatureType], { description: 'What it knows of users.' })
  features(@Root() { card }: Model): ModelFeatureType[] {
    return card.features.map(toFeature)
  }

  @FieldResolver(() => ModelFitType, { description: 'How it was fitted.' })
  fit(@Root() { card }: Model): ModelFitType {
    return { ...card.fit, covariance: card.covarianceKind }
  }

  @FieldResolver(() => ModelMetricsType, {
    description:
      'How good it is: cross-validated, or on the users of the training where a fold could not be trained on.',
  })
  metrics(@Root() { card: { validation } }: Model): ModelMetricsType {
    return toMetrics(validation.crossValidated ?? validation.training)
  }

  @FieldResolver(() => [ModelCoefficientType], { description: 'Its coefficients.' })
  coefficients(@Root() { card }: Model): ModelCoefficientType[] {
    return card.coefficients.map(toCoefficient)
  }

  @FieldResolver(() => [FeatureImportanceType], { description: 'How much each feature matters.' })
  importance(@Root() { card }: Model): FeatureImportance[] {
    return card.importance
  }

  @FieldResolver(() => [PredictedEffectType], { description: 'What it predicts of each treatment, over all users.' })
  effects(@Root() { card }: Model): PredictedEffectType[] {
    return card.effects.map(toPredictedEffect)
  }

  @FieldResolver(() => [SegmentLiftType], { description: 'What it predicts of each treatment, by feature and level.' })
  segments(@Root() { card }: Model): SegmentLiftType[] {
    return card.segments.map(toSegmentLift)
  }

  @FieldResolver(() => ModelValidationType, { description: 'How good it is on users it was not trained on.' })
  validation(@Root() { card }: Model): ModelValidationType {
    return toValidation(card.validation)
  }

  @FieldResolver(() => [LeakageCheckType], { description: 'What may have told it its answers. Empty: nothing found.' })
  leakage(@Root() { card }: Model): LeakageCheckType[] {
    return card.leakage
  }

  @FieldResolver(() => [UpliftType], {
    description: 'Whether it can be told whom each treatment helps more. Empty without features, and for order values.',
  })
  uplift(@Root() { card }: Model): UpliftType[] {
    return card.uplift.map(toUplift)
  }

  @FieldResolver(() => [ModelWarningType], { description: 'What a reader must know beside its numbers.' })
  warnings(@Root() { card }: Model): ModelWarningType[] {
    return card.warnings
  }

  @FieldResolver(() => String, {
    description: 'Where its card is, as JSON: all that is to know of it, enough to predict with. The address expires.',
  })
  artifactUrl(@Root() { id, artifactKey }: Model): string {
    return this.#files.url(artifactKey, `fairlift-model-${id.slice(0, 8)}.json`)
  }

  @FieldResolver(() => String, {
    description: 'Where coefficients, effects, segments and importance are, as CSV. The address expires.',
  })
  csvUrl(@Root() { id, experimentId }: Model): string {
    return this.#files.url(`artifacts/${experimentId}/${id}/model.csv`, `fairlift-model-${id.slice(0, 8)}.csv`)
  }
}

@Resolver(() => ExperimentType)
export class ExperimentModelsResolver {
  readonly #models: ModelService

  constructor(models: ModelService) {
    this.#models = models
  }

  @FieldResolver(() => ModelConnection, { description: 'Its models, newest first.' })
  async models(
    @Root() { id }: Experiment,
    @Arg('first', () => Int, { defaultValue: 20, description: 'How many items, 1 to 200.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: '`pageInfo.endCursor` of the page before.' })
    after: string | null,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Connection<Model>> {
    if (after != null) return toConnection(await this.#models.page(id, { first, after }))
    return toConnection(await loaders.firstModels.load({ id, first }))
  }

  @FieldResolver(() => [PredictionType], {
    description: 'What a model predicts of each treatment: by default its newest one. Empty before the first model.',
  })
  async predictions(
    @Root() { id }: Experiment,
    @Arg('modelId', () => ID, { nullable: true, description: 'One of its models. By default the newest.' })
    modelId: string | null,
    @Ctx() { loaders }: RequestContext,
  ): Promise<PredictionType[]> {
    const model =
      modelId == null
        ? ((await loaders.firstModels.load({ id, first: 1 })).items[0]?.item ?? null)
        : await loaders.model.load(requireId('model', modelId))
    if (modelId != null && model?.experimentId !== id) throw notFound('model', modelId)
    return model === null ? [] : model.card.effects.map((effect) => ({ model, effect: toPredictedEffect(effect) }))
  }
}
