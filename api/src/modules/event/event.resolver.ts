import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars'
import { Args, ArgsType, Ctx, Field, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql'
import type { RequestContext } from '../../context.ts'
import type { Batch } from '../batch/batch.service.ts'
import { BatchType } from '../batch/batch.type.ts'
import { toConnection, type Connection } from '../connection.type.ts'
import type { Variant } from '../experiment/experiment.service.ts'
import { VariantType } from '../experiment/experiment.type.ts'
import { requireId } from '../ids.ts'
import type { EventCoverage, EventService, StoredEvent } from './event.service.ts'
import { EventConnection, EventType } from './event.type.ts'

/** A stored event as the API shows it. */
type ShownEvent = EventType & Pick<StoredEvent, 'variantId' | 'batchId'>
/** A page of events that knows whose they are: how many there are is found out when it is asked for. */
type EventPage = Connection<ShownEvent> & { coverage: () => Promise<EventCoverage> }

@ArgsType()
class EventsArguments {
  @Field(() => ID, { description: 'The experiment.' })
  experimentId!: string

  @Field(() => String, { nullable: true, description: 'Of this user, as the file calls them. By default of all.' })
  userId?: string | null

  @Field(() => String, { nullable: true, description: 'Of this type. By default of all.' })
  type?: string | null

  @Field(() => String, { nullable: true, description: 'That name this variant, by its key. By default all.' })
  variant?: string | null

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'From then on. By default no bound.' })
  from?: Date | null

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Before then. By default no bound.' })
  to?: Date | null

  @Field(() => Int, { defaultValue: 20, description: 'How many items, 1 to 200.' })
  first!: number

  @Field(() => String, { nullable: true, description: '`pageInfo.endCursor` of the page before.' })
  after?: string | null
}

@Resolver(() => EventType)
export class EventResolver {
  readonly #events: EventService

  constructor(events: EventService) {
    this.#events = events
  }

  @Query(() => EventConnection, {
    description:
      'Single events of the newest version of the data, newest first. They are copied in the background: see isComplete.',
  })
  async events(@Args(() => EventsArguments) { experimentId, ...filter }: EventsArguments): Promise<EventPage> {
    const id = requireId('experiment', experimentId)
    const { items, hasNextPage } = await this.#events.page({ ...filter, experimentId: id })
    const shown = items.map(({ item, cursor }) => ({ item: toShownEvent(item), cursor }))
    let coverage: Promise<EventCoverage> | null = null
    return {
      ...toConnection({ items: shown, hasNextPage }),
      coverage: () => (coverage ??= this.#events.coverage(id)),
    }
  }

  @FieldResolver(() => VariantType, { nullable: true, description: 'The variant it names. Null when it names none.' })
  variant(@Root() { variantId }: ShownEvent, @Ctx() { loaders }: RequestContext): Promise<Variant | null> | null {
    return variantId === null ? null : loaders.variant.load(variantId)
  }

  @FieldResolver(() => BatchType, {
    nullable: true,
    description: 'The upload it came with. Null when files of several uploads had been merged before it was copied.',
  })
  batch(@Root() { batchId }: ShownEvent, @Ctx() { loaders }: RequestContext): Promise<Batch | null> | null {
    return batchId === null ? null : loaders.batch.load(batchId)
  }
}

@Resolver(() => EventConnection)
export class EventConnectionResolver {
  @FieldResolver(() => GraphQLSafeInt, { description: 'Events in the newest version of the data.' })
  async totalRows(@Root() { coverage }: EventPage): Promise<number> {
    return (await coverage()).totalRows
  }

  @FieldResolver(() => GraphQLSafeInt, { description: 'Those of them that can be looked at here.' })
  async copiedRows(@Root() { coverage }: EventPage): Promise<number> {
    return (await coverage()).copiedRows
  }

  @FieldResolver(() => Boolean, { description: 'Whether all of them can: an event that is not listed is not there.' })
  async isComplete(@Root() { coverage }: EventPage): Promise<boolean> {
    return (await coverage()).isComplete
  }

  @FieldResolver(() => String, { nullable: true, description: 'Why some cannot, in a sentence. Null when all can.' })
  async message(@Root() { coverage }: EventPage): Promise<string | null> {
    return (await coverage()).message
  }
}

function toShownEvent({ id, eventType, attributes, ...event }: StoredEvent): ShownEvent {
  const { userId, value, timestamp, row, variantId, batchId } = event
  return {
    id: String(id),
    type: eventType,
    attributes: attributes ?? {},
    userId,
    value,
    timestamp,
    row,
    variantId,
    batchId,
  }
}
