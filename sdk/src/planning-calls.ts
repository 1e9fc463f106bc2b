import { PlanLooksDocument, PlanSampleDocument } from './_generated/graphql.ts'
import { AccessCalls } from './access-calls.ts'
import type { CallOptions } from './transport.ts'
import type * as types from './types.ts'

/** The calls of the client that plan experiments. */
export abstract class PlanningCalls extends AccessCalls {
  /**
   * How many users find an effect, which effect some users find, or how surely; and how many days that takes. Nothing is
   * stored. Throws FairliftError BAD_INPUT; NOT_FOUND and NO_DATA where an experiment is to be measured.
   *
   * @example
   * const plan = await client.planSample({ kind: 'PROPORTION', baseline: 0.04, relativeEffect: 0.05, dailyUnits: 9000 })
   * console.log(plan.unitsByVariant, plan.days)
   */
  async planSample(input: types.PlanSampleInput, options?: CallOptions): Promise<types.SamplePlan> {
    return (await this.request(PlanSampleDocument, { input }, options)).planSample
  }

  /** The bounds of a design with looks before its end, what it costs and saves. Throws FairliftError BAD_INPUT. */
  async planLooks(input: types.PlanLooksInput = {}, options?: CallOptions): Promise<types.LookPlan> {
    return (await this.request(PlanLooksDocument, { input }, options)).planLooks
  }
}
