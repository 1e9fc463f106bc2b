import { Field, InputType, Int, ObjectType } from 'type-graphql'
import type { UserError } from '../../errors.ts'
import { RunAnalysisInput } from '../analysis/analysis.input.ts'
import type { Job } from '../job/job.service.ts'
import { JobType } from '../job/job.type.ts'
import { UserErrorType } from '../user-error.type.ts'
import type { CalibrateRequest } from './calibration.service.ts'

@InputType('CalibrateExperimentInput', { description: 'Which methods to check, and how often.' })
export class CalibrateExperimentInput implements CalibrateRequest {
  @Field(() => RunAnalysisInput, {
    description: 'The analysis whose methods are checked. Segments and the allowance for many tests are left aside.',
  })
  analysis!: RunAnalysisInput

  @Field(() => Int, {
    nullable: true,
    description: 'How often the users are dealt out anew, 100 to 20000. Default 2000.',
  })
  replications?: number | null

  @Field(() => Int, {
    nullable: true,
    description: 'Seed of the deals, 0 to 2147483647: the same seed deals the same. Default 1.',
  })
  seed?: number | null

  @Field(() => String, {
    nullable: true,
    description:
      'The same key with the same input answers with the same job, until it fails or is cancelled; with another input with a CONFLICT. Keys are the caller’s own, and kept for 30 days.',
  })
  idempotencyKey?: string | null
}

@ObjectType('CalibrateExperimentPayload', { description: 'What came of asking for a calibration.' })
export class CalibrateExperimentPayloadType {
  @Field(() => JobType, { nullable: true, description: 'The job that computes it. Null when there are user errors.' })
  job!: Job | null

  @Field(() => [UserErrorType], { description: 'Mistakes in the input; empty when all went well.' })
  userErrors!: UserError[]
}
