/**
 * What the calls take and give, under the names of the schema. Generated from `schema/operations`: each type holds the
 * fields that the SDK asks for; `client.request()` gets any others.
 */
import type * as generated from './_generated/graphql.ts'

export type {
  Alternative,
  AttributeColumnInput,
  BatchStatus,
  BayesianInput,
  CalibrateExperimentInput,
  CalibrationVerdict,
  ColumnKind,
  ColumnMappingInput,
  Compression,
  ConflictPolicy,
  Correction,
  CorrectionFamily,
  CreateApiKeyInput,
  CreateExperimentInput,
  DatasetVersionKind,
  DecisionInput,
  DecisionVerdict,
  FactorName,
  GuardrailMarginInput,
  DefineMetricInput,
  EffectSizeName,
  EffectsUnavailableReason,
  EmptyShareInput,
  EventTypeValueInput,
  EraseUserInput,
  ExperimentFilter,
  ExperimentMetricInput,
  ExperimentStatus,
  ExposureRule,
  FeatureLevels,
  FileFormat,
  FileShape,
  HealthVerdict,
  HistoryMeasure,
  IngestEventsInput,
  IntervalKind,
  JobFilter,
  JobKind,
  JobStatus,
  LeakageCode,
  LiftInterval,
  LiftPriorInput,
  LookKind,
  LooksInput,
  MeasureAggregation,
  MeasureInput,
  Method,
  MethodOverride,
  MethodOverrideInput,
  MetricFormat,
  MetricGoal,
  MetricKind,
  MetricRole,
  ModelBinningInput,
  ModelFeatureInput,
  ModelHistoryInput,
  ModelKind,
  ModelKindChoice,
  ModelPenaltyInput,
  ModelPenaltyKind,
  ModelTargetInput,
  ModelTargetKind,
  ModelWarningCode,
  OutcomeColumnInput,
  OutcomeKind,
  PlanLooksInput,
  PlannedLooksInput,
  PlannedMetricKind,
  PlanSampleInput,
  PosteriorModel,
  RatePriorInput,
  ReportFormat,
  RowIdentity,
  RunAnalysisInput,
  SampleAnswer,
  Spending,
  TrainModelInput,
  UnboundedReason,
  UpdateExperimentInput,
  UploadEventsInput,
  UpliftVerdict,
  ValueRuleInput,
  VarianceReductionInput,
  VarianceReductionKind,
  VariantColumnInput,
  VariantInput,
  VariantRole,
  VariantValueInput,
  VerificationSource,
  ViewerKind,
  WinsorizationInput,
} from './_generated/graphql.ts'

/** Who sends requests, and what they may do. */
export type Viewer = generated.ViewerQuery['viewer']
/** An API key, without its secret. */
export type ApiKey = generated.ApiKeyFieldsFragment
/** What an API key or an access token may allow. */
export type Scope = 'experiments:read' | 'experiments:write' | 'events:write' | 'analyses:run' | 'admin'
/** A change that is tried on a part of the users, with its variants and metrics. */
export type Experiment = generated.ExperimentFieldsFragment
/** What a share of the users sees. */
export type Variant = generated.VariantFieldsFragment
/** A number by which variants are compared. */
export type Metric = generated.MetricFieldsFragment
/** A metric of an experiment, and the part it plays in the decision. */
export type ExperimentMetric = Experiment['metrics'][number]
/** What an experiment's data was at one moment. */
export type DatasetVersion = generated.DatasetVersionFieldsFragment
/** A version of the data, with how many files it has and the batch that made it. */
export type ListedDatasetVersion = NonNullable<
  generated.DatasetVersionsQuery['experiment']
>['datasetVersions']['nodes'][number]
/** What changed between two versions of the data. */
export type VersionComparison = generated.CompareVersionsQuery['compareVersions']
/** How the result of one metric and treatment moved from one version to another. */
export type EffectMove = VersionComparison['effects']['moves'][number]
/** That a user was erased, and what it changed. */
export type Erasure = NonNullable<generated.ErasuresQuery['experiment']>['erasures']['nodes'][number]
/** One upload: what the file is, and what came of its rows. */
export type Batch = generated.BatchFieldsFragment
/** A row that was not taken over, and why. */
export type RejectedRow = NonNullable<generated.BatchErrorsQuery['batch']>['errors'][number]
/** Something that a user did or was shown. */
export type Event = generated.EventFieldsFragment
/** How many events of the newest version can be listed. */
export type EventCoverage = Pick<generated.EventsQuery['events'], 'totalRows' | 'copiedRows' | 'isComplete' | 'message'>
/** How the columns of a file become events. */
export type ColumnMapping = generated.ColumnMappingFieldsFragment
/** What a file is, how it begins, and how it would be read. */
export type UploadPreview = generated.PreviewUploadMutation['previewUpload']
/** A piece of work in the background. */
export type Job = generated.JobFieldsFragment
/** An answer: what was asked of which data, and what follows. */
export type Analysis = generated.AnalysisFieldsFragment
/** Whether the methods of an analysis can be trusted on an experiment's own users. */
export type Calibration = generated.CalibrationFieldsFragment
/** How the method of one metric and treatment fared without an effect. */
export type CalibrationResult = Calibration['results'][number]
/** A trained model, and all that is to know of it. */
export type Model = generated.ModelFieldsFragment
/** A model without its tables: of what, how good, when. */
export type ModelSummary = generated.ModelSummaryFieldsFragment
/** What a model predicts all users would do in a treatment, beside the control. */
export type PredictedEffect = generated.PredictedEffectFieldsFragment
/** What a model of an experiment predicts of a treatment. */
export type Prediction = NonNullable<generated.PredictionsQuery['experiment']>['predictions'][number]
/** A number of a model, with its uncertainty. */
export type ModelEstimate = generated.ModelEstimateFieldsFragment
/** How good a model's predictions are. */
export type ModelMetrics = generated.ModelMetricsFieldsFragment
/** An analysis without its rows: when, of which data, and what to do. */
export type AnalysisSummary = generated.AnalysisSummaryFieldsFragment
/** A file of an analysis. */
export type Report = NonNullable<generated.ReportQuery['analysis']>['report']
/** What a report says, in sentences. */
export type Narrative = Analysis['narrative']
/** A metric and a treatment over time. */
export type MetricTimeseries = NonNullable<NonNullable<generated.TimeseriesQuery['analysis']>['timeseries']>[number]
/** What the two variants show at one time, and the effect. */
export type TimePoint = MetricTimeseries['cumulative'][number]
/** A chart, as a specification and as images. */
export type Chart = generated.ChartFieldsFragment
export type ChartTheme = generated.ChartTheme
/** What to do, and why. */
export type Decision = generated.DecisionFieldsFragment

/** What came of computing an analysis again. */
export type Verification = generated.VerificationFieldsFragment

/** Something that is looked at before any effect is read. */
export type HealthCheck = Analysis['health'][number]
/** One row: a metric, a treatment against the control, in all users or in a segment. */
export type MetricResult = generated.MetricResultFieldsFragment
/** What one variant shows of a metric. */
export type ArmStatistics = generated.ArmStatisticsFieldsFragment
/** An estimate with its uncertainty. */
export type Effect = generated.EffectFieldsFragment
/** The values of an effect that the data do not contradict. */
export type ConfidenceInterval = generated.ConfidenceIntervalFieldsFragment
/** How many users, for how long, find which effect. */
export type SamplePlan = generated.PlanSampleQuery['planSample']
/** A design with looks before the end. */
export type LookPlan = generated.PlanLooksQuery['planLooks']
/** Something about an experiment that changed; `__typename` tells what. */
export type ExperimentUpdate = generated.ExperimentUpdatedSubscription['experimentUpdated']
/** A mistake in the input: what, where, and what to do. */
export type UserError = generated.UserErrorFieldsFragment
