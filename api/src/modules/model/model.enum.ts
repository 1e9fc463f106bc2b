import { registerEnumType } from 'type-graphql'
import type { Binning } from '../../engine/features/feature-plan.ts'
import type { Feature, FeatureSource } from '../../models/feature.ts'
import type { LeakageCheck } from '../../models/leakage-check.ts'
import type { ColumnName, ModelCard } from '../../models/model-card.ts'
import type { ModelKind, TargetKind } from '../../models/model-question.ts'
import type { ModelWarning } from '../../models/model-warning.ts'
import type { UpliftResult } from '../../models/uplift-result.ts'
import type { Metrics } from '../../models/validation.ts'
import type { HistoryMeasure } from './feature-request.ts'
import type { AskedPenalty } from './train-request.ts'

type Values<Text extends string> = { [Value in Text]: Value }

/** An enum of the schema whose values are called as they are in the code. */
function enumOf<Text extends string>(
  name: string,
  description: string,
  descriptions: { [Value in Text]: string },
): Values<Text> {
  const values = Object.fromEntries(Object.keys(descriptions).map((value) => [value, value])) as Values<Text>
  const valuesConfig = Object.fromEntries(
    Object.entries<string>(descriptions).map(([value, text]) => [value, { description: text }]),
  ) as { [Value in Text]: { description: string } }
  registerEnumType(values, { name, description, valuesConfig })
  return values
}

export const ModelTargetEnum = enumOf<TargetKind>('ModelTargetKind', 'What a model predicts of a user.', {
  CONVERSION: 'Whether the user converted.',
  REVENUE: 'How much the user brought.',
  AVERAGE_ORDER_VALUE: 'How much an order brought.',
  COUNT: 'How often the user did something.',
})

export const ModelKindEnum = enumOf<ModelKind>('ModelKind', 'The form of a model.', {
  LOGISTIC: 'Log odds of converting are a sum of effects.',
  LINEAR: 'The mean is a sum of effects; standard errors hold whatever the distribution (HC3 or HC1).',
  POISSON: 'The log of the mean is a sum of effects; the variance is taken to be the mean.',
  QUASI_POISSON: 'As POISSON, with the variance measured.',
})

export const ModelKindChoiceEnum = enumOf<ModelKind | 'AUTO'>('ModelKindChoice', 'Which form a model is to have.', {
  AUTO: 'LOGISTIC for conversions, LINEAR for money, QUASI_POISSON for counts.',
  LOGISTIC: 'For conversions only.',
  LINEAR: 'For all targets.',
  POISSON: 'For targets that are not below 0.',
  QUASI_POISSON: 'For targets that are not below 0.',
})

export const HistoryMeasureEnum = enumOf<HistoryMeasure>(
  'HistoryMeasure',
  'What is measured of a user’s time before the first exposure.',
  {
    RECENCY: 'Whole days from the last event to the exposure.',
    FREQUENCY: 'How many events there were.',
    SPEND: 'The sum of their values.',
  },
)

export const FeatureLevelsEnum = enumOf<Binning['kind']>('FeatureLevels', 'How values become levels.', {
  AUTO: 'Ranges, where all values are numbers and more than topLevels; else VALUES.',
  VALUES: 'The most frequent values are levels, the others one together.',
  QUANTILES: 'Ranges of numbers with about equally many users.',
  NUMBER:
    'None: the number itself is in the model, as a straight line. Its ranges are those of QUANTILES, and shown only.',
})

export const PenaltyKindEnum = enumOf<AskedPenalty['kind']>('ModelPenaltyKind', 'How a penalty is found.', {
  AUTO: 'None, unless an estimate would be infinite without: then as CROSS_VALIDATED.',
  CROSS_VALIDATED: 'The one that predicts best what was left out.',
  FIXED: 'As given.',
})

export const ColumnTermEnum = enumOf<ColumnName['term']>('ModelTerm', 'What a coefficient is about.', {
  INTERCEPT: 'The control, with the reference level of each feature.',
  VARIANT: 'A treatment against the control.',
  LEVEL: 'A level of a feature against its reference level.',
  NUMBER: 'One more of a number.',
  INTERACTION: 'How the effect of a treatment differs at a level, or with one more of a number.',
})

export const FeatureKindEnum = enumOf<Feature['kind']>('ModelFeatureKind', 'What the levels of a feature are.', {
  CATEGORICAL: 'Values.',
  BINNED: 'Ranges of a number, between edges.',
  NUMERIC: 'Ranges of a number that is in the model as it is: shown only.',
})

export const FeatureSourceEnum = enumOf<FeatureSource['kind']>('ModelFeatureSource', 'Where a feature comes from.', {
  EXPOSURE_ATTRIBUTE: 'An attribute of the first exposure.',
  HISTORY: 'What the user did before it.',
  OTHER: 'Something else.',
})

export const CovarianceKindEnum = enumOf<ModelCard['covarianceKind']>(
  'ModelCovarianceKind',
  'What standard errors rest on.',
  {
    MODEL: 'The variance that the form of the model says.',
    HC1: 'The squared errors themselves, for a finite sample.',
    HC3: 'The squared errors, as they would be without the user.',
  },
)

export const MetricsKindEnum = enumOf<Metrics['kind']>('ModelMetricsKind', 'What predictions are judged by.', {
  CLASSIFICATION: 'Probabilities of 0/1 outcomes.',
  REGRESSION: 'Values.',
})

export const LeakageCodeEnum = enumOf<LeakageCheck['code']>('LeakageCode', 'How a feature may tell the answers.', {
  RECORDED_AFTER_EXPOSURE: 'It was recorded after the exposure: the treatment may have made it.',
  SEPARATES_TARGET: 'Each of its levels has converted users only, or others only.',
  TOO_GOOD_TO_BE_TRUE: 'It foretells the target nearly perfectly.',
  DIFFERS_BETWEEN_VARIANTS: 'It is distributed differently in the variants.',
  IDENTIFIER: 'It tells users apart and not what they are like.',
})

export const ModelWarningEnum = enumOf<ModelWarning['code']>('ModelWarningCode', 'What a reader must know.', {
  ALIASED: 'A column is made up of others and was left out.',
  SEPARATED: 'Without a penalty an estimate would be infinite, of all users or without those of a fold.',
  NOT_CONVERGED: 'The models without some fold, or without a feature, did not settle.',
  EMPTY_LEVEL: 'A level that no user has.',
  SINGLE_LEVEL: 'A feature that is the same for all users.',
  FULL_LEVERAGE: 'A user alone decides a prediction, whose error was taken from the others.',
  OVERDISPERSED: 'The variance is not that of a Poisson distribution.',
  FEW_USERS: 'There are few users, or few conversions, for what is estimated.',
  NO_TRAFFIC: 'Too few days were measured for a revenue over a horizon.',
})

export const UpliftVerdictEnum = enumOf<UpliftResult['verdict']>(
  'UpliftVerdict',
  'Whether it can be told whom a treatment helps more.',
  {
    USABLE_HETEROGENEITY: 'It can: targeting gains something.',
    NO_USABLE_HETEROGENEITY: 'It cannot from these data and features.',
  },
)
