import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql'
import type { RequestContext } from '../../context.ts'
import type { Batch } from '../batch/batch.service.ts'
import { BatchType } from '../batch/batch.type.ts'
import { toConnection, type Connection } from '../connection.type.ts'
import type { Experiment } from '../experiment/experiment.service.ts'
import { ExperimentType } from '../experiment/experiment.type.ts'
import type { DatasetService, DatasetVersion } from './dataset.service.ts'
import { DatasetVersionConnection, DatasetVersionType } from './dataset.type.ts'

@Resolver(() => DatasetVersionType)
export class DatasetResolver {
  @FieldResolver(() => Int, { description: 'How many files it is made of.' })
  async parts(@Root() { id }: DatasetVersion, @Ctx() { loaders }: RequestContext): Promise<number> {
    return (await loaders.partCount.load(id))?.parts ?? 0
  }

  @FieldResolver(() => BatchType, {
    nullable: true,
    description: 'The batch that made it. Null unless the kind is BATCH.',
  })
  batch(@Root() { batchId }: DatasetVersion, @Ctx() { loaders }: RequestContext): Promise<Batch | null> | null {
    return batchId === null ? null : loaders.batch.load(batchId)
  }
}

/** What an experiment shows of its versions. */
@Resolver(() => ExperimentType)
export class ExperimentVersionsResolver {
  readonly #datasets: DatasetService

  constructor(datasets: DatasetService) {
    this.#datasets = datasets
  }

  @FieldResolver(() => DatasetVersionConnection, { description: 'The versions of its data, newest first.' })
  async datasetVersions(
    @Root() { id }: Experiment,
    @Ctx() { loaders }: RequestContext,
    @Arg('first', () => Int, { defaultValue: 20, description: 'How many items, 1 to 200.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: '`pageInfo.endCursor` of the page before.' })
    after: string | null,
  ): Promise<Connection<DatasetVersion>> {
    if (after != null) return toConnection(await this.#datasets.page(id, { first, after }))
    return toConnection(await loaders.firstVersions.load({ id, first }))
  }
}
