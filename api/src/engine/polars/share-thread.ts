import { parentPort } from 'node:worker_threads'
import { TooManySegmentsError } from '../groups.ts'
import type { Aggregates } from '../plan.ts'
import { aggregateShare } from './share.ts'
import type { SharesAnswer, SharesRequest } from './two-threads.ts'

/** The engine's second thread: works on the shares that it is given, one after the other. */
parentPort!.on('message', (request: SharesRequest) => {
  void answerTo(request).then((answer: SharesAnswer) => parentPort!.postMessage(answer))
})

async function answerTo({ plan, shares, timeRange }: SharesRequest): Promise<SharesAnswer> {
  const results: Aggregates[] = []
  try {
    for (const share of shares) results.push(await aggregateShare(plan, share, timeRange))
    return { results }
  } catch (error) {
    // Errors lose their class on the way.
    return error instanceof TooManySegmentsError ? { tooManySegmentsOf: error.attribute } : { error }
  }
}
