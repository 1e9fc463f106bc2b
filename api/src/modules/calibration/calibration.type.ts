import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars'
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql'
import type { CalibrationRow } from '../../analysis/calibration/calibrate.ts'
import type { CalibrationVerdict } from '../../analysis/calibration/judge-calibration.ts'
import type { Share } from '../../analysis/calibration/share.ts'
import { MethodEnum } from '../analysis/analysis.enum.ts'
import { connectionType } from '../connection.type.ts'
import type { Calibration } from './calibration.service.ts'

export const CalibrationVerdictEnum: Record<CalibrationVerdict, CalibrationVerdict> = {
  TRUSTED: 'TRUSTED',
  CAUTIOUS: 'CAUTIOUS',
  TOO_MANY_FALSE_POSITIVES: 'TOO_MANY_FALSE_POSITIVES',
  NOT_TESTABLE: 'NOT_TESTABLE',
}
registerEnumType(CalibrationVerdictEnum, {
  name: 'CalibrationVerdict',
  description: 'Whether a method can be trusted on the experiment’s data.',
  valuesConfig: {
    TRUSTED: { description: 'It finds effects that are not there about as often as its level says.' },
    CAUTIOUS: { description: 'It finds fewer than its level allows: what it finds holds, but it misses effects.' },
    TOO_MANY_FALSE_POSITIVES: {
      description: 'It finds effects that are not there, more than a fifth more often than its level says.',
    },
    NOT_TESTABLE: { description: 'Too few users have a value for any test.' },
  },
})

@ObjectType('CalibrationShare', { description: 'A share of deals, with what chance leaves open.' })
export class CalibrationShareType implements Share {
  @Field(() => GraphQLSafeInt, { description: 'How many deals it was.' })
  count!: number

  @Field(() => Float, { nullable: true, description: 'Their share. Null where there was nothing to count.' })
  share!: number | null

  @Field(() => Float, { description: 'Lower end of the share’s interval at 99 % (Wilson).' })
  lower!: number

  @Field(() => Float, { description: 'Upper end of it.' })
  upper!: number
}

@ObjectType('CalibrationResult', { description: 'How the method of one metric and treatment fared without an effect.' })
export class CalibrationResultType implements Omit<
  CalibrationRow,
  'metricId' | 'metricKey' | 'controlId' | 'treatmentId'
> {
  @Field(() => MethodEnum, {
    nullable: true,
    description: 'The method that was used most often. Null where nothing could be tested.',
  })
  method!: CalibrationRow['method']

  @Field(() => GraphQLSafeInt, { description: 'Deals that could be tested.' })
  tested!: number

  @Field(() => CalibrationShareType, {
    description: 'Deals that came out significant although there was no effect: 5 % at level 0.95.',
  })
  falsePositives!: Share

  @Field(() => CalibrationShareType, { description: 'Of those, the ones in which the treatment’s value was larger.' })
  falseIncreases!: Share

  @Field(() => CalibrationShareType, { description: 'Of those, the ones in which the treatment’s value was smaller.' })
  falseDecreases!: Share

  @Field(() => CalibrationShareType, {
    nullable: true,
    description: 'Deals whose interval of the effect kept the truth, no effect. Null where there is no such interval.',
  })
  coverage!: Share | null

  @Field(() => CalibrationShareType, {
    nullable: true,
    description: 'The same of the lift’s interval. Null where there is no such interval.',
  })
  relativeCoverage!: Share | null

  @Field(() => CalibrationVerdictEnum, { description: 'Whether the method can be trusted on these data.' })
  verdict!: CalibrationVerdict

  @Field(() => String, { description: 'The verdict in words, with what was counted.' })
  summary!: string
}

@ObjectType('Calibration', {
  description:
    'Whether the methods of an analysis can be trusted on an experiment’s own users: they were dealt out to the variants anew, thousands of times, so that there was no effect but chance, and each deal was analysed.',
})
export class CalibrationType implements Pick<Calibration, 'id' | 'seed' | 'replications' | 'computedAt'> {
  @Field(() => ID, { description: 'Identifies the calibration.' })
  id!: string

  @Field(() => Int, { description: 'How often the users were dealt out anew.' })
  replications!: number

  @Field(() => Int, { description: 'Seed of the deals.' })
  seed!: number

  @Field(() => Int, { description: 'Version of the statistics that were checked.' })
  statisticsVersion!: number

  @Field(() => Float, { description: 'How long the computation took, in milliseconds.' })
  durationMs!: number

  @Field(() => GraphQLDateTimeISO, { description: 'When it was computed.' })
  computedAt!: Date
}

export const CalibrationConnection = connectionType('Calibration', 'calibrations', () => CalibrationType)
