import type { Aggregates, AggregationPlan } from '../engine/plan.ts'
import type { AnalysisSettings } from './settings.ts'
import { cappedPlan, type CappedAggregates, capsOf, distributionPlan, needsDistributions } from './winsorization.ts'

/** A pass over the data. */
type Pass = (plan: AggregationPlan, onShare: (share: number) => void) => Promise<Aggregates>

/**
 * What a plan asks of the data, with extreme values brought to the bounds that the settings ask for. Percentiles need a
 * pass of their own before: the bounds are those of all variants together.
 */
export async function cappedAggregates(
  plan: AggregationPlan,
  { winsorization }: AnalysisSettings,
  onShare: (share: number) => void,
  pass: Pass,
): Promise<CappedAggregates> {
  if (winsorization === undefined) return pass(plan, onShare)
  const isRead = needsDistributions(winsorization)
  const first = isRead ? await pass(distributionPlan(plan), (share) => onShare(share / 2)) : null
  const caps = capsOf(plan, winsorization, first?.cells ?? [])
  const rest = (share: number) => onShare(isRead ? 0.5 + share / 2 : share)
  return { ...(await pass(cappedPlan(plan, caps), rest)), caps }
}
