import { Arg, Field, ID, Mutation, ObjectType, Resolver } from 'type-graphql'
import type { ExperimentService } from '../experiment/experiment.service.ts'
import { requireId } from '../ids.ts'
import type { Job } from '../job/job.service.ts'
import { JobType } from '../job/job.type.ts'
import type { CompactionService } from './compaction.service.ts'

@ObjectType('CompactDatasetPayload', { description: 'What came of asking to merge files.' })
class CompactDatasetPayload {
  @Field(() => JobType, { description: 'The job that does it. Where there is nothing to merge it makes no version.' })
  job!: Job
}

@Resolver()
export class CompactionResolver {
  readonly #compactions: CompactionService
  readonly #experiments: ExperimentService

  constructor(compactions: CompactionService, experiments: ExperimentService) {
    this.#compactions = compactions
    this.#experiments = experiments
  }

  @Mutation(() => CompactDatasetPayload, {
    description:
      'Merges the small files that many small batches leave, into a version of the same events. The server does it by itself now and then.',
  })
  async compactDataset(
    @Arg('experimentId', () => ID, { description: 'The experiment.' }) experimentId: string,
  ): Promise<CompactDatasetPayload> {
    const { id } = await this.#experiments.get(requireId('experiment', experimentId))
    return { job: await this.#compactions.request(id) }
  }
}
