import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import type { CalibrationRow } from '../../analysis/calibration/calibrate.ts'
import type { RequestContext } from '../../context.ts'
import { AnalysisSettingsType } from '../analysis/analysis.type.ts'
import { settingsShown } from '../analysis/settings-shown.ts'
import { toConnection, type Connection } from '../connection.type.ts'
import type { DatasetVersion } from '../dataset/dataset.service.ts'
import { DatasetVersionType } from '../dataset/dataset.type.ts'
import type { Experiment, Variant } from '../experiment/experiment.service.ts'
import { ExperimentType, VariantType } from '../experiment/experiment.type.ts'
import { idempotentCall } from '../idempotency/idempotency-key.ts'
import { requireId } from '../ids.ts'
import type { JobPayload } from '../job/job-mutation.ts'
import type { Metric } from '../metric/metric.service.ts'
import { MetricType } from '../metric/metric.type.ts'
import { CalibrateExperimentInput, CalibrateExperimentPayloadType } from './calibration.input.ts'
import type { Calibration, CalibrationService } from './calibration.service.ts'
import { CalibrationConnection, CalibrationResultType, CalibrationType } from './calibration.type.ts'

@Resolver(() => CalibrationType)
export class CalibrationResolver {
  readonly #calibrations: CalibrationService

  constructor(calibrations: CalibrationService) {
    this.#calibrations = calibrations
  }

  @Query(() => CalibrationType, {
    nullable: true,
    description: 'One calibration. Null only together with the error NOT_FOUND.',
  })
  calibration(@Arg('id', () => ID, { description: 'Its id.' }) id: string): Promise<Calibration> {
    return this.#calibrations.get(requireId('calibration', id))
  }

  @Mutation(() => CalibrateExperimentPayloadType, {
    description:
      'Checks on the experiment’s own users whether the methods of an analysis can be trusted. Answers at once with a job; the same question with the same seed answers with the same job.',
  })
  calibrateExperiment(
    @Arg('input', () => CalibrateExperimentInput, { description: 'The methods.' })
    input: CalibrateExperimentInput,
    @Ctx() { caller }: RequestContext,
  ): Promise<JobPayload> {
    const { analysis, replications, seed } = input
    const experimentId = requireId('experiment', analysis.experimentId)
    // A key of the analysis that is checked is as good.
    const key = input.idempotencyKey ?? analysis.idempotencyKey
    const call = idempotentCall(caller, 'calibrateExperiment', key, {
      ...input,
      analysis: { ...analysis, idempotencyKey: null },
    })
    return this.#calibrations.request({ analysis: { ...analysis, experimentId }, replications, seed }, call)
  }

  @FieldResolver(() => ExperimentType, { description: 'The experiment.' })
  experiment(@Root() { experimentId }: Calibration, @Ctx() { loaders }: RequestContext): Promise<Experiment | null> {
    return loaders.experiment.load(experimentId)
  }

  @FieldResolver(() => DatasetVersionType, { description: 'The data whose users were dealt out.' })
  datasetVersion(
    @Root() { datasetVersionId }: Calibration,
    @Ctx() { loaders }: RequestContext,
  ): Promise<DatasetVersion | null> {
    return loaders.datasetVersion.load(datasetVersionId)
  }

  @FieldResolver(() => AnalysisSettingsType, { description: 'The settings of the analysis that was checked.' })
  settings(@Root() { settings }: Calibration): AnalysisSettingsType {
    return settingsShown(settings)
  }

  @FieldResolver(() => [CalibrationResultType], { description: 'How each method fared, by metric and treatment.' })
  results(@Root() { rows }: Calibration): CalibrationRow[] {
    return rows
  }
}

@Resolver(() => CalibrationResultType)
export class CalibrationResultResolver {
  @FieldResolver(() => MetricType, { description: 'The metric.' })
  metric(@Root() { metricId }: CalibrationRow, @Ctx() { loaders }: RequestContext): Promise<Metric | null> {
    return loaders.metric.load(metricId)
  }

  @FieldResolver(() => VariantType, { description: 'The control.' })
  control(@Root() { controlId }: CalibrationRow, @Ctx() { loaders }: RequestContext): Promise<Variant | null> {
    return loaders.variant.load(controlId)
  }

  @FieldResolver(() => VariantType, { description: 'The treatment.' })
  treatment(@Root() { treatmentId }: CalibrationRow, @Ctx() { loaders }: RequestContext): Promise<Variant | null> {
    return loaders.variant.load(treatmentId)
  }
}

@Resolver(() => ExperimentType)
export class ExperimentCalibrationsResolver {
  readonly #calibrations: CalibrationService

  constructor(calibrations: CalibrationService) {
    this.#calibrations = calibrations
  }

  @FieldResolver(() => CalibrationConnection, { description: 'The calibrations of its methods, newest first.' })
  async calibrations(
    @Root() { id }: Experiment,
    @Arg('first', () => Int, { defaultValue: 20, description: 'How many items, 1 to 200.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: '`pageInfo.endCursor` of the page before.' })
    after: string | null,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Connection<Calibration>> {
    if (after != null) return toConnection(await this.#calibrations.page(id, { first, after }))
    return toConnection(await loaders.firstCalibrations.load({ id, first }))
  }
}

/** The resolvers of calibrations. */
export function calibrationResolvers(calibrations: CalibrationService): object[] {
  return [
    new CalibrationResolver(calibrations),
    new CalibrationResultResolver(),
    new ExperimentCalibrationsResolver(calibrations),
  ]
}
