import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql'
import type { UserError } from '../../errors.ts'
import type { Job } from '../job/job.service.ts'
import { JobType } from '../job/job.type.ts'
import { UserErrorType } from '../user-error.type.ts'
import type { Certificate } from './certificate.ts'
import type { FoundDifference, Verification } from './verification.service.ts'

export const VerificationSourceEnum = { AGGREGATES: 'AGGREGATES', DATA: 'DATA' } as const
registerEnumType(VerificationSourceEnum, {
  name: 'VerificationSource',
  description: 'From what an analysis is computed again.',
  valuesConfig: {
    AGGREGATES: { description: 'From the sums that were kept with it: at once, byte for byte.' },
    DATA: { description: 'From the curated data of its dataset version: by a job, within rounding.' },
  },
})

export const VerificationOutcomeEnum = { SAME: 'SAME', DIFFERENT: 'DIFFERENT', UNAVAILABLE: 'UNAVAILABLE' } as const
registerEnumType(VerificationOutcomeEnum, {
  name: 'VerificationOutcome',
  description: 'What came of computing an analysis again.',
  valuesConfig: {
    SAME: { description: 'What is stored is what was computed.' },
    DIFFERENT: { description: 'Something that is stored was changed; see the differences.' },
    UNAVAILABLE: { description: 'It cannot be computed again; the message says why.' },
  },
})

export const DifferencePartEnum = {
  ROW: 'ROW',
  ROWS: 'ROWS',
  AGGREGATES: 'AGGREGATES',
  QUESTION: 'QUESTION',
  CERTIFICATE: 'CERTIFICATE',
} as const
registerEnumType(DifferencePartEnum, {
  name: 'DifferencePart',
  description: 'What of an analysis differs.',
  valuesConfig: {
    ROW: { description: 'A field of a result row.' },
    ROWS: { description: 'The number of result rows.' },
    AGGREGATES: { description: 'The stored sums.' },
    QUESTION: { description: 'The question as it is stored.' },
    CERTIFICATE: { description: 'The hash over question and rows.' },
  },
})

@ObjectType('VerificationDifference', { description: 'A place at which what is stored is not what was computed.' })
export class VerificationDifferenceType implements FoundDifference {
  @Field(() => DifferencePartEnum, { description: 'What differs.' })
  part!: FoundDifference['part']

  @Field(() => ID, { nullable: true, description: 'The result row (MetricResult.id). Null for other parts.' })
  resultId!: string | null

  @Field(() => String, { description: 'The field, from the outside in, such as effect.confidenceInterval.lower.' })
  field!: string

  @Field(() => String, { nullable: true, description: 'What is stored, as JSON. Null where there is nothing.' })
  stored!: string | null

  @Field(() => String, { nullable: true, description: 'What was computed, as JSON. Null where there is nothing.' })
  recomputed!: string | null
}

@ObjectType('Verification', { description: 'What came of computing an analysis again.' })
export class VerificationType implements Verification {
  @Field(() => ID, { description: 'The analysis.' })
  analysisId!: string

  @Field(() => VerificationSourceEnum, { description: 'From what it was computed again.' })
  source!: Verification['source']

  @Field(() => VerificationOutcomeEnum, { description: 'Whether it is the same.' })
  outcome!: Verification['outcome']

  @Field(() => String, { description: 'In a sentence.' })
  message!: string

  @Field(() => Float, {
    description: 'By how much of the largest number beside them numbers may differ; 0: not at all.',
  })
  rounding!: number

  @Field(() => Int, { description: 'Stored result rows.' })
  rows!: number

  @Field(() => [VerificationDifferenceType], { description: 'What differs, 100 at most.' })
  differences!: FoundDifference[]
}

@ObjectType('VerifyAnalysisPayload', { description: 'What came of asking to verify an analysis.' })
export class VerifyAnalysisPayload {
  @Field(() => VerificationType, {
    nullable: true,
    description:
      'What was found. Null when it is the job’s to find (source DATA); then it is Job.verification. Null when there are user errors.',
  })
  verification!: Verification | null

  @Field(() => JobType, {
    nullable: true,
    description: 'The job. Null when the answer is there already, and when there are user errors.',
  })
  job!: Job | null

  @Field(() => [UserErrorType], { description: 'Mistakes in the input; empty when all went well.' })
  userErrors!: UserError[]
}

@ObjectType('Certificate', {
  description: 'Hashes by which an analysis can be computed again and seen to be the same.',
})
export class CertificateType implements Pick<
  Certificate,
  'sha256' | 'rowsHash' | 'aggregatesHash' | 'statisticsVersion' | 'seed'
> {
  @Field(() => String, {
    description:
      'SHA-256 over dataset version, plan, settings, metrics, variants, statistics version, seed and result rows, as canonical JSON.',
  })
  sha256!: string

  @Field(() => String, { description: 'SHA-256 of the result rows as canonical JSON.' })
  rowsHash!: string

  @Field(() => String, { description: 'SHA-256 of the aggregates as canonical JSON.' })
  aggregatesHash!: string

  @Field(() => Int, { description: 'Version of the statistics.' })
  statisticsVersion!: number

  @Field(() => Int, { nullable: true, description: 'Seed of random numbers. Null: none were drawn.' })
  seed!: number | null

  @Field(() => String, { description: 'Signed address of the whole certificate (JSON), with the question it answers.' })
  url!: string
}
