import type { TimeRange } from '../aggregate-units.ts'
import { TooManySegmentsError } from '../groups.ts'
import { mergeAggregates } from '../merge-aggregates.ts'
import type { Aggregates, AggregationPlan } from '../plan.ts'
import { Thread } from '../thread.ts'
import { aggregateShare, type Share } from './share.ts'

/** What goes to the other thread, and what comes back. */
export interface SharesRequest {
  plan: AggregationPlan
  shares: Share[]
  timeRange: TimeRange
}
export type SharesAnswer = { results: Aggregates[] } | { tooManySegmentsOf: string } | { error: unknown }

/**
 * What a plan gives over all shares together; every second one is worked on by another thread. Reading a share keeps the
 * library's threads busy for a third of the time only: the rest is this engine's own loops, on one thread each.
 *
 * @param shares of about one size
 */
export async function aggregateOnTwoThreads(
  plan: AggregationPlan,
  shares: Share[],
  timeRange: TimeRange,
  onProgress: (share: number) => void,
): Promise<Aggregates> {
  const own = shares.filter((_, index) => index % 2 === 0)
  const others = shares.filter((_, index) => index % 2 === 1)
  const answered = others.length === 0 ? Promise.resolve([]) : askThread({ plan, shares: others, timeRange })
  // Told below, when what is worked on here is done.
  answered.catch(() => undefined)
  const results: Aggregates[] = []
  for (const [index, share] of own.entries()) {
    const tell = (done: number): void => onProgress((index + done) / own.length)
    results[index * 2] = await aggregateShare(plan, share, timeRange, tell)
    tell(1)
  }
  for (const [index, result] of (await answered).entries()) results[index * 2 + 1] = result
  // In the shares' order, whichever was ready first: sums must not depend on it.
  return results.reduce((total, next) => mergeAggregates(plan, total, next))
}

/** Kept for the next question: what was compiled for speed stays so. */
let thread: Thread | null = null

async function askThread(request: SharesRequest): Promise<Aggregates[]> {
  if (thread === null || thread.hasEnded) thread = new Thread('./share-thread', import.meta.url)
  const answer = (await thread.ask(request)) as SharesAnswer
  if ('results' in answer) return answer.results
  if ('tooManySegmentsOf' in answer) throw new TooManySegmentsError(answer.tooManySegmentsOf)
  throw answer.error
}
