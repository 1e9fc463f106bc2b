import type { Job } from '@fairlift/sdk'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eventFile, eventsOf } from '../testkit/event-file.ts'
import { JobSite } from '../testkit/job-site.ts'
import { canSeeProcesses } from '../testkit/processes.ts'

/** A large file is read in part and a worker is started: on a busy machine that takes long. */

let site: JobSite

beforeAll(async () => {
  site = await JobSite.start()
})

afterEach(() => site?.killWorkers())

afterAll(() => site?.close())

/** Waits until a job that is too much for the worker has failed, and sends a file that is not. */
async function endOfTooLarge({ id, experiment }: Job) {
  const experimentId = experiment.id
  const failed = await site.jobThat(id, 'has failed', ({ status }) => status === 'FAILED')
  expect(failed.batch!.status).toBe('RECEIVED')
  expect(await site.curatedFiles(experimentId)).toEqual([])
  const small = site.client.uploadEvents({ experimentId, file: eventFile({ users: 300 }) })
  expect(await small.result()).toMatchObject({ status: 'LANDED', events: eventsOf(300), datasetVersion: 1 })
  return failed
}

describe.runIf(canSeeProcesses)('a computation that takes longer than it may', () => {
  it('is ended at once and for good, with the limit and what to do; the next one works', async () => {
    const worker = await site.startWorker({ COMPUTE_TIMEOUT_SECONDS: '10' })
    const { job } = await site.freezeInMidJob(worker, await site.newExperiment())
    const { attempts, error } = await endOfTooLarge(job)
    expect(attempts).toBe(1)
    expect(error!.code).toBe('COMPUTE_TIMED_OUT')
    expect(error!.message).toMatch(/longer than 10 seconds\. Split the file, or raise COMPUTE_TIMEOUT_SECONDS/)
  })
})

// Memory is watched where the system tells of it.
describe.runIf(canSeeProcesses)('a computation that needs more memory than it may', () => {
  it('is ended at once and for good, with the limit and what to do; the next one works', async () => {
    await site.startWorker({ COMPUTE_MEMORY_MB: '384', INGEST_CHUNK_MB: '256' })
    // In one piece it takes twice what is allowed.
    const file = eventFile({ users: 1_200_000, mark: 'large' })
    const upload = site.client.uploadEvents({ experimentId: await site.newExperiment(), file })
    const { attempts, error } = await endOfTooLarge((await upload.job)!)
    expect(attempts).toBe(1)
    expect(error!.code).toBe('COMPUTE_OUT_OF_MEMORY')
    expect(error!.message).toMatch(/needed \d+ MB and may take 384 MB\. Split the file.* raise COMPUTE_MEMORY_MB/)
  })
})
