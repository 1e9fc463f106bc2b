import { Arg, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql'
import type { Analysis } from '../analysis/analysis.service.ts'
import { AnalysisType } from '../analysis/analysis.type.ts'
import { type MetricResult, MetricResultType, toMetricResult } from '../analysis/metric-result.type.ts'
import type { Batch, BatchService } from '../batch/batch.service.ts'
import { BatchConnection } from '../batch/batch.type.ts'
import { toConnection, type Connection } from '../connection.type.ts'
import { requireId } from '../ids.ts'
import type { ComparisonService, EffectComparison, EffectMove, VersionComparison } from './comparison.service.ts'
import {
  EffectComparisonType,
  EffectMoveType,
  EventChangeType,
  UserChangeType,
  VersionComparisonType,
} from './comparison.type.ts'

@Resolver(() => VersionComparisonType)
export class ComparisonResolver {
  readonly #comparisons: ComparisonService
  readonly #batches: BatchService

  constructor(comparisons: ComparisonService, batches: BatchService) {
    this.#comparisons = comparisons
    this.#batches = batches
  }

  @Query(() => VersionComparisonType, {
    description: 'Compares two versions of an experiment’s data: events, users, and how the effects moved.',
  })
  compareVersions(
    @Arg('experimentId', () => ID, { description: 'The experiment.' }) experimentId: string,
    @Arg('before', () => Int, { description: 'Number of the earlier version.' }) before: number,
    @Arg('after', () => Int, { description: 'Number of the later version.' }) after: number,
  ): Promise<VersionComparison> {
    return this.#comparisons.compare(requireId('experiment', experimentId), before, after)
  }

  @FieldResolver(() => EventChangeType, { description: 'How the events differ.' })
  async events(@Root() comparison: VersionComparison): Promise<EventChangeType> {
    const { before, after } = comparison
    return { ...(await this.#comparisons.events(comparison)), before: before.rows, after: after.rows }
  }

  @FieldResolver(() => UserChangeType, {
    description:
      'How the users differ. They are counted when asked for, which takes about a second for ten million events.',
  })
  users(@Root() comparison: VersionComparison): Promise<UserChangeType> {
    return this.#comparisons.users(comparison)
  }

  @FieldResolver(() => BatchConnection, { description: 'The batches that landed between the two, newest first.' })
  async batches(
    @Root() { experimentId, before, after }: VersionComparison,
    @Arg('first', () => Int, { defaultValue: 20, description: 'How many items, 1 to 200.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: '`pageInfo.endCursor` of the page before.' })
    cursor: string | null,
  ): Promise<Connection<Batch>> {
    const versions = { above: before.number, upTo: after.number }
    return toConnection(await this.#batches.page(experimentId, { first, after: cursor }, versions))
  }

  @FieldResolver(() => EffectComparisonType, { description: 'How the effects moved.' })
  effects(@Root() comparison: VersionComparison): Promise<EffectComparison> {
    return this.#comparisons.effects(comparison)
  }
}

@Resolver(() => EffectComparisonType)
export class EffectComparisonResolver {
  @FieldResolver(() => AnalysisType, {
    nullable: true,
    description: 'The analysis of the earlier version. Null when there is nothing to compare.',
  })
  before(@Root() { before }: EffectComparison): Analysis | null {
    return before
  }

  @FieldResolver(() => AnalysisType, {
    nullable: true,
    description: 'The analysis of the later version. Null when there is nothing to compare.',
  })
  after(@Root() { after }: EffectComparison): Analysis | null {
    return after
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description:
      'Whether the decisions differ in their verdict or their variant. Null when there is nothing to compare.',
  })
  decisionChanged(@Root() { before, after }: EffectComparison): boolean | null {
    if (before === null || after === null) return null
    const decided = ({ decision }: Analysis) => decision as { verdict: string; treatmentId: string | null }
    const [earlier, later] = [decided(before), decided(after)]
    return earlier.verdict !== later.verdict || earlier.treatmentId !== later.treatmentId
  }

  @FieldResolver(() => [EffectMoveType], {
    description: 'Each metric and treatment that both analyses have, over all users.',
  })
  moves(@Root() { moves }: EffectComparison): EffectMove[] {
    return moves
  }
}

@Resolver(() => EffectMoveType)
export class EffectMoveResolver {
  @FieldResolver(() => MetricResultType, { description: 'The result of the earlier version.' })
  before(@Root() { before }: EffectMove): MetricResult {
    return toMetricResult(before)
  }

  @FieldResolver(() => MetricResultType, { description: 'The result of the later version.' })
  after(@Root() { after }: EffectMove): MetricResult {
    return toMetricResult(after)
  }
}

export function comparisonResolvers(...given: ConstructorParameters<typeof ComparisonResolver>): object[] {
  return [new ComparisonResolver(...given), new EffectComparisonResolver(), new EffectMoveResolver()]
}
