import type { RunAnalysisMutation, UploadEventsPayloadFieldsFragment } from './_generated/graphql.ts'
import type { FairliftClient } from './client.ts'
import type { AnalysisRun, Upload } from './client-options.ts'
import { FairliftBatchError, FairliftJobError } from './errors.ts'
import { accepted, required } from './payload.ts'
import { StartedWork } from './started-work.ts'

/** An upload that was answered: its result is the batch as it landed. */
export function followUpload(client: FairliftClient, answer: Promise<UploadEventsPayloadFieldsFragment>): Upload {
  const payload = answer.then((given) => {
    const { batch, job, reused } = accepted(given)
    return { batch: required(batch), job, reused }
  })
  return new StartedWork(
    payload,
    ({ batch }) => batch,
    async ({ batch, job }, options) => {
      const ended = job === null ? null : await client.waitForJob(job.id, options)
      const landed = await client.batch(batch.id, options)
      if (landed.status === 'LANDED') return landed
      if (ended === null || landed.status === 'FAILED' || landed.status === 'QUARANTINED') {
        throw new FairliftBatchError(landed, ended)
      }
      throw new FairliftJobError(ended)
    },
  )
}

/** A question that was taken: its result is the analysis. */
export function followAnalysis(client: FairliftClient, answer: Promise<RunAnalysisMutation>): AnalysisRun {
  return new StartedWork(
    answer.then(({ runAnalysis }) => ({ job: required(accepted(runAnalysis).job) })),
    ({ job }) => job,
    async ({ job }, options) => {
      const ended = await client.waitForJob(job.id, options)
      if (ended.status !== 'SUCCEEDED') throw new FairliftJobError(ended)
      return client.analysis(required(ended.analysis).id, options)
    },
  )
}
