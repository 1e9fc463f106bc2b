import { Arg, Ctx, FieldResolver, Int, Mutation, Resolver, Root } from 'type-graphql'
import type { RequestContext } from '../../context.ts'
import { toConnection, type Connection } from '../connection.type.ts'
import type { Experiment } from '../experiment/experiment.service.ts'
import { ExperimentType } from '../experiment/experiment.type.ts'
import { idempotentCall } from '../idempotency/idempotency-key.ts'
import { requireId } from '../ids.ts'
import type { EraseUserPayload, Erasure, ErasureService } from './erasure.service.ts'
import { ErasureConnection, EraseUserInput, EraseUserPayloadType } from './erasure.type.ts'

@Resolver(() => ExperimentType)
export class ErasureResolver {
  readonly #erasures: ErasureService

  constructor(erasures: ErasureService) {
    this.#erasures = erasures
  }

  @Mutation(() => EraseUserPayloadType, {
    description:
      'Erases a user: out of the data of all versions, and with every uploaded file that held them. Results that are stored already stay: they hold sums only. What is uploaded later may bring the user again.',
  })
  eraseUser(
    @Arg('input', () => EraseUserInput, { description: 'Whom, and where.' }) input: EraseUserInput,
    @Ctx() { caller }: RequestContext,
  ): Promise<EraseUserPayload> {
    const experimentId = input.experimentId == null ? null : requireId('experiment', input.experimentId)
    const call = idempotentCall(caller, 'eraseUser', input.idempotencyKey, input)
    return this.#erasures.request({ ...input, experimentId }, call)
  }

  @FieldResolver(() => ErasureConnection, { description: 'The users that were erased from its data, newest first.' })
  async erasures(
    @Root() { id }: Experiment,
    @Ctx() { loaders }: RequestContext,
    @Arg('first', () => Int, { defaultValue: 20, description: 'How many items, 1 to 200.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: '`pageInfo.endCursor` of the page before.' })
    after: string | null,
  ): Promise<Connection<Erasure>> {
    if (after != null) return toConnection(await this.#erasures.page(id, { first, after }))
    return toConnection(await loaders.firstErasures.load({ id, first }))
  }
}
