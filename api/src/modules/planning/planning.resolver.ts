import { Arg, Query, Resolver } from 'type-graphql'
import { requireId } from '../ids.ts'
import { PlanLooksInput, PlanSampleInput } from './planning.input.ts'
import type { LookPlan, PlanningService, SamplePlan } from './planning.service.ts'
import { LookPlanType, SamplePlanType } from './planning.type.ts'

@Resolver()
export class PlanningResolver {
  readonly #planning: PlanningService

  constructor(planning: PlanningService) {
    this.#planning = planning
  }

  @Query(() => SamplePlanType, {
    description: 'How many users, for how long, find which effect. A value that is not allowed is a BAD_INPUT.',
  })
  planSample(
    @Arg('input', () => PlanSampleInput, { description: 'What is known.' }) input: PlanSampleInput,
  ): Promise<SamplePlan> {
    const experimentId = input.experimentId == null ? null : requireId('experiment', input.experimentId)
    return this.#planning.sample({ ...input, experimentId })
  }

  @Query(() => LookPlanType, {
    description:
      'The bounds of a group-sequential design, and what it costs and saves. A value that is not allowed is a BAD_INPUT.',
  })
  planLooks(@Arg('input', () => PlanLooksInput, { description: 'The design.' }) input: PlanLooksInput): LookPlan {
    return this.#planning.looks(input)
  }
}
