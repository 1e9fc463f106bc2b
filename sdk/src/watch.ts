import { ExperimentsUpdatedDocument, ExperimentUpdatedDocument, JobUpdatedDocument } from './_generated/graphql.ts'
import { backoffMs, delay, type RetryPolicy } from './retry.ts'
import type { Subscriptions } from './subscriptions.ts'
import type { CallOptions } from './transport.ts'
import type { Experiment, ExperimentUpdate, Job } from './types.ts'

/** Whether a job is done, one way or another: it changes no more. */
export function hasEnded({ status }: Pick<Job, 'status'>): boolean {
  return status === 'SUCCEEDED' || status === 'FAILED' || status === 'CANCELLED'
}

/**
 * The states of a job, from the present one to the last. After a lost connection the server sends the state as it is
 * then: what came in between is not seen, how it ended always is.
 */
export async function* watchJob(
  subscriptions: Subscriptions,
  id: string,
  retry: RetryPolicy,
  options: CallOptions = {},
): AsyncGenerator<Job, void, undefined> {
  let last = ''
  for (;;) {
    for await (const { jobUpdated: job } of subscriptions.subscribe(JobUpdatedDocument, { id }, options)) {
      const state = JSON.stringify(job)
      if (state !== last) yield job
      if (hasEnded(job)) return
      last = state
    }
    // A server that stops ends its subscriptions; the job goes on when it is back.
    await delay(backoffMs(0, retry), options.signal)
  }
}

/** What happens to an experiment, without end. */
export async function* watchExperiment(
  subscriptions: Subscriptions,
  id: string,
  retry: RetryPolicy,
  options: CallOptions = {},
): AsyncGenerator<ExperimentUpdate, void, undefined> {
  for (;;) {
    for await (const message of subscriptions.subscribe(ExperimentUpdatedDocument, { id }, options)) {
      yield message.experimentUpdated
    }
    await delay(backoffMs(0, retry), options.signal)
  }
}

/** Which experiments anything happens to, without end. Null: read anew what is shown. */
export async function* watchExperiments(
  subscriptions: Subscriptions,
  retry: RetryPolicy,
  options: CallOptions = {},
): AsyncGenerator<Experiment | null, void, undefined> {
  for (;;) {
    for await (const message of subscriptions.subscribe(ExperimentsUpdatedDocument, {}, options)) {
      yield message.experimentsUpdated.experiment
    }
    await delay(backoffMs(0, retry), options.signal)
  }
}
