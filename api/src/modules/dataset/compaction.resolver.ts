import { Arg, Ctx, Field, ID, Mutation, ObjectType, Resolver } from 'type-graphql'
import type { RequestContext } from '../../context.ts'
import type { UserError } from '../../errors.ts'
import { idempotentCall } from '../idempotency/idempotency-key.ts'
import { requireId } from '../ids.ts'
import type { JobPayload } from '../job/job-mutation.ts'
import type { Job } from '../job/job.service.ts'
import { JobType } from '../job/job.type.ts'
import { UserErrorType } from '../user-error.type.ts'
import type { CompactionService } from './compaction.service.ts'

@ObjectType('CompactDatasetPayload', { description: 'What came of asking to merge files.' })
class CompactDatasetPayload {
  @Field(() => JobType, {
    nullable: true,
    description:
      'The job that does it. Where there is nothing to merge it makes no version. Null when there are user errors.',
  })
  job!: Job | null

  @Field(() => [UserErrorType], { description: 'Mistakes in the input; empty when all went well.' })
  userErrors!: UserError[]
}

@Resolver()
export class CompactionResolver {
  readonly #compactions: CompactionService

  constructor(compactions: CompactionService) {
    this.#compactions = compactions
  }

  @Mutation(() => CompactDatasetPayload, {
    description:
      'Merges the small files that many small batches leave, into a version of the same events. The server does it by itself now and then.',
  })
  compactDataset(
    @Arg('experimentId', () => ID, { description: 'The experiment.' }) id: string,
    @Arg('idempotencyKey', () => String, {
      nullable: true,
      description:
        'The same key for the same experiment answers with the same job, until it fails or is cancelled; for another one with a CONFLICT. By default there is a new job each time.',
    })
    key: string | null,
    @Ctx() { caller }: RequestContext,
  ): Promise<JobPayload> {
    const experimentId = requireId('experiment', id)
    return this.#compactions.request(experimentId, idempotentCall(caller, 'compactDataset', key, { experimentId }))
  }
}
