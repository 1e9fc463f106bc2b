import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars'
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql'
import type { Decision } from '../../analysis/decide.ts'
import type { HealthCheck, MismatchPart } from '../../analysis/health/health-check.ts'
import { connectionType } from '../connection.type.ts'
import { VariantType } from '../experiment/experiment.type.ts'
import type { Variant } from '../experiment/experiment.service.ts'
import type { Analysis } from './analysis.service.ts'
import type { CorrectionFamily } from '../../analysis/settings.ts'
import { MismatchPartType } from './mismatch-part.type.ts'
import { AdjustmentSettings } from './adjustment.type.ts'
import { AlternativeEnum, MethodEnum } from './analysis.enum.ts'
import { DecisionSettingsType, RevenueChangeType } from './decision.type.ts'
import { CorrectionEnum, CorrectionFamilyEnum } from './correction.enum.ts'
import { LookSettingsType } from './looks.type.ts'

export const HealthVerdictEnum = { PASS: 'PASS', WARN: 'WARN', FAIL: 'FAIL' } as const
registerEnumType(HealthVerdictEnum, {
  name: 'HealthVerdict',
  description: 'How a health check ended.',
  valuesConfig: {
    PASS: { description: 'Nothing to worry about.' },
    WARN: { description: 'Worth a look; the verdict stands.' },
    FAIL: { description: 'The data cannot be trusted: the verdict is withheld.' },
  },
})

export const DecisionVerdictEnum = {
  SHIP: 'SHIP',
  DO_NOT_SHIP: 'DO_NOT_SHIP',
  KEEP_RUNNING: 'KEEP_RUNNING',
  INCONCLUSIVE: 'INCONCLUSIVE',
  WITHHELD: 'WITHHELD',
} as const
registerEnumType(DecisionVerdictEnum, {
  name: 'DecisionVerdict',
  description: 'What to do, from stated rules.',
  valuesConfig: {
    SHIP: { description: 'The primary metric got better and no guardrail worse.' },
    DO_NOT_SHIP: {
      description: 'The primary metric or a guardrail (with a margin: by more than that) got worse, by each treatment.',
    },
    KEEP_RUNNING: {
      description:
        'More users are needed: a lift that matters could have been missed, or a guardrail may be worse by more than its margin.',
    },
    INCONCLUSIVE: {
      description:
        'The data are compatible with no change although a lift that matters would have shown, or cannot be compared.',
    },
    WITHHELD: {
      description:
        'The data are unhealthy, this is an interim look, or the analysis leaves the primary metric or guardrails out.',
    },
  },
})

@ObjectType('HealthCheck', { description: 'Something that is looked at before any effect is read.' })
export class HealthCheckType implements Omit<HealthCheck, 'name'> {
  @Field(() => String, { description: 'Machine-readable name, such as SAMPLE_RATIO_MISMATCH.' })
  name!: string

  @Field(() => HealthVerdictEnum, { description: 'How it ended.' })
  verdict!: HealthCheck['verdict']

  @Field(() => Float, { nullable: true, description: 'P-value, for checks that test something. Null for others.' })
  pValue!: number | null

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Users, events, rows or days it is about. Null for some.',
  })
  count!: number | null

  @Field(() => Float, { nullable: true, description: 'The count as a share. Null where there is none.' })
  share!: number | null

  @Field(() => String, { description: 'What was found, in a sentence.' })
  message!: string

  @Field(() => String, { nullable: true, description: 'What to do. Null when there is nothing to do.' })
  action!: string | null

  @Field(() => [MismatchPartType], {
    description: 'Where a sample ratio mismatch comes from, the largest share first. Empty for all other checks.',
  })
  parts!: MismatchPart[]
}

@ObjectType('Decision', { description: 'What to do, and why.' })
export class DecisionType implements Pick<Decision, 'verdict' | 'summary' | 'reasons'> {
  @Field(() => DecisionVerdictEnum, { description: 'What to do.' })
  verdict!: Decision['verdict']

  @Field(() => VariantType, { nullable: true, description: 'The variant to ship. Null unless the verdict is SHIP.' })
  treatment!: Variant | null

  @Field(() => String, { description: 'In a sentence.' })
  summary!: string

  @Field(() => [String], { description: 'The reasons, a sentence each.' })
  reasons!: string[]

  @Field(() => [RevenueChangeType], {
    description:
      'What each treatment would change in revenue. Empty without a metric that sums up the values of purchases.',
  })
  revenueChanges!: RevenueChangeType[]
}

@ObjectType('VariantCount', { description: 'How many users of a variant are compared.' })
export class VariantCountType {
  @Field(() => VariantType, { description: 'The variant.' })
  variant!: Variant

  @Field(() => GraphQLSafeInt, { description: 'Users exposed to it and to no other.' })
  users!: number

  @Field(() => Float, { description: 'Configured share of the traffic at the time.' })
  trafficSplit!: number
}

@ObjectType('MethodChoice', { description: 'A method that replaces the default one for a metric.' })
export class MethodChoiceType {
  @Field(() => String, { description: 'Key of the metric.' })
  metric!: string

  @Field(() => MethodEnum, { description: 'The method.' })
  method!: keyof typeof MethodEnum
}

@ObjectType('AnalysisSettings', { description: 'What was asked for.' })
export class AnalysisSettingsType extends AdjustmentSettings {
  @Field(() => Float, { description: 'Confidence level.' })
  level!: number

  @Field(() => AlternativeEnum, { description: 'The direction that is tested.' })
  alternative!: string

  @Field(() => CorrectionEnum, { description: 'How p-values and intervals are adjusted for their number.' })
  correction!: keyof typeof CorrectionEnum

  @Field(() => CorrectionFamilyEnum, { description: 'Which tests are adjusted together.' })
  correctionFamily!: CorrectionFamily

  @Field(() => DecisionSettingsType, { description: 'What the decision goes by.' })
  decision!: DecisionSettingsType

  @Field(() => [MethodChoiceType], { description: 'Methods that replace the default ones.' })
  methods!: MethodChoiceType[]

  @Field(() => LookSettingsType, { description: 'How looks before the planned end are allowed for.' })
  looks!: LookSettingsType

  @Field(() => String, { nullable: true, description: 'Attribute that results are broken down by. Null: none.' })
  segmentBy!: string | null

  @Field(() => Int, { nullable: true, description: 'How many values get rows of their own. Null without segments.' })
  segmentTop!: number | null

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Exposures from here on count. Null: no bound.' })
  from!: Date | null

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Events before it count. Null: no bound.' })
  to!: Date | null

  @Field(() => Float, { nullable: true, description: 'Only so many days after exposure count. Null: no bound.' })
  daysSinceExposure!: number | null

  @Field(() => Boolean, { description: 'Whether the effects are followed over time.' })
  timeseries!: boolean
}

@ObjectType('AnalysisReports', { description: 'Files of an analysis, made when they are fetched first.' })
export class AnalysisReportsType {
  @Field(() => String, { description: 'Signed address of the report for people (PDF).' })
  pdfUrl!: string

  @Field(() => String, { description: 'Signed address of all result rows (CSV).' })
  csvUrl!: string

  @Field(() => String, { description: 'Signed address of all result rows with typed columns (Parquet).' })
  parquetUrl!: string
}

@ObjectType('Analysis', { description: 'An answer: what was asked of which data, and what follows. It never changes.' })
export class AnalysisType implements Partial<Omit<Analysis, 'settings' | 'decision' | 'variants' | 'health'>> {
  @Field(() => ID, { description: 'Identifies the analysis.' })
  id!: string

  @Field(() => Boolean, {
    description:
      'Whether it is a look before the planned end: estimates are shown, the verdict is withheld unless the looks are allowed for.',
  })
  interim!: boolean

  @Field(() => String, { description: 'What computed it.' })
  engine!: string

  @Field(() => Int, { description: 'Version of the statistics: the same version gives the same results.' })
  statisticsVersion!: number

  @Field(() => Float, { description: 'How long the computation took, in milliseconds.' })
  durationMs!: number

  @Field(() => GraphQLDateTimeISO, { description: 'When it was computed.' })
  computedAt!: Date

  @Field(() => String, {
    description: 'Hash of everything that the answer depends on: equal questions have equal keys.',
  })
  resultKey!: string
}

export const AnalysisConnection = connectionType('Analysis', 'analyses', () => AnalysisType)
