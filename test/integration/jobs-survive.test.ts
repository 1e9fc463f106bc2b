import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eventFile, eventsOf } from '../testkit/event-file.ts'
import { JobSite, LARGE_FILE_USERS } from '../testkit/job-site.ts'
import { canSeeProcesses, computeChildrenOf, descendantsOf, signal, untilGone } from '../testkit/processes.ts'
import { until } from '../testkit/until.ts'

/** The queue takes a silent worker for dead after some seconds, and looks for dead ones every few. */
/** A killed worker's job is taken over when it has not been heard of for a minute. */
const TAKE_OVER_PATIENCE_MS = 240_000

let site: JobSite

beforeAll(async () => {
  site = await JobSite.start()
})

afterEach(() => site?.killWorkers())

afterAll(() => site?.close())

async function expectLandedOnce(experimentId: string, batchId: string): Promise<void> {
  const events = eventsOf(LARGE_FILE_USERS)
  expect(await site.client.batch(batchId)).toMatchObject({ status: 'LANDED', events, duplicates: 0, datasetVersion: 1 })
  const { latestDatasetVersion } = await site.client.experiment({ id: experimentId })
  expect(latestDatasetVersion).toMatchObject({ number: 1, rows: events })
  const files = await site.database.query<{ key: string }>(
    `select unnest(array[object_key, keys_object_key]) as key from dataset_parts where experiment_id = $1`,
    [experimentId],
  )
  const names = files.map(({ key }) => key.slice(key.lastIndexOf('/') + 1))
  expect((await site.curatedFiles(experimentId)).sort()).toEqual(names.sort())
}

describe.runIf(canSeeProcesses)('a worker that is killed in mid-job', () => {
  it('takes its compute child with it; another worker takes the job over and the batch lands once', async () => {
    const worker = await site.startWorker()
    const experimentId = await site.newExperiment()
    const { upload, job, child } = await site.freezeInMidJob(worker, experimentId)
    const started = descendantsOf(worker.pid)
    await worker.kill()
    // A process that stands still hears of nothing until it goes on.
    signal(child, 'SIGCONT')
    await untilGone(started)
    await site.startWorker()
    const batch = await upload.result()
    expect(await site.client.job(job.id)).toMatchObject({ status: 'SUCCEEDED', attempts: 2, progress: 1 })
    await expectLandedOnce(experimentId, batch.id)
    await until('no work folder is left', async () => (await site.workFolders()).length === 0)
  })
})

describe.runIf(canSeeProcesses)('a worker that was taken for dead', () => {
  it('does no harm when it comes back: the batch has landed once and the job has succeeded', async () => {
    const first = await site.startWorker()
    const experimentId = await site.newExperiment()
    const { upload, job, child } = await site.freezeInMidJob(first, experimentId)
    signal(first.pid, 'SIGSTOP')
    await site.startWorker()
    const taken = await until(
      'the other worker has taken the job over',
      async () => {
        const now = await site.client.job(job.id)
        return now.attempts === 2 && now
      },
      TAKE_OVER_PATIENCE_MS,
    )
    expect(taken.status).not.toBe('CANCELLED')
    signal(child, 'SIGCONT')
    signal(first.pid, 'SIGCONT')
    const batch = await upload.result()
    // The first one finds out by its next sign of life; what it says then must change nothing.
    await until('the first worker has given up', async () =>
      (await site.workFolders()).every((name) => !name.includes(`-${first.pid}-`)),
    )
    expect(await site.client.job(job.id)).toMatchObject({ status: 'SUCCEEDED', error: null })
    await expectLandedOnce(experimentId, batch.id)
  })
})

describe.runIf(canSeeProcesses)('a compute child that is killed', () => {
  it('costs one attempt: the job is tried again and the batch lands once', async () => {
    const worker = await site.startWorker()
    const experimentId = await site.newExperiment()
    const { upload, job, child } = await site.freezeInMidJob(worker, experimentId)
    signal(child, 'SIGKILL')
    const waiting = await site.jobThat(
      job.id,
      'is tried again',
      ({ error, attempts }) => error !== null || attempts > 1,
    )
    if (waiting.attempts === 1)
      expect(waiting).toMatchObject({
        status: 'QUEUED',
        error: { code: 'COMPUTE_FAILED' },
        batch: { status: 'RECEIVED' },
      })
    const batch = await upload.result()
    expect(await site.client.job(job.id)).toMatchObject({ status: 'SUCCEEDED', attempts: 2, error: null })
    await expectLandedOnce(experimentId, batch.id)
  })

  it('at every attempt fails the job, with what happened; sending the file again tries again', async () => {
    const worker = await site.startWorker()
    const experimentId = await site.newExperiment()
    const file = eventFile({ users: 20_000 })
    const upload = site.client.uploadEvents({ experimentId, file })
    const { id } = (await upload.job)!
    const killing = setInterval(() => computeChildrenOf(worker.pid).forEach((pid) => signal(pid, 'SIGKILL')), 20)
    try {
      const failed = await site.jobThat(id, 'has failed', ({ status }) => status === 'FAILED')
      expect(failed).toMatchObject({
        attempts: 4,
        error: { code: 'COMPUTE_FAILED', message: expect.stringContaining('unexpectedly') as string },
      })
    } finally {
      clearInterval(killing)
    }
    expect(await site.curatedFiles(experimentId)).toEqual([])
    await expect(upload.result()).rejects.toMatchObject({ name: 'FairliftJobError', code: 'COMPUTE_FAILED' })
    const again = site.client.uploadEvents({ experimentId, file })
    expect(await again.result()).toMatchObject({ status: 'LANDED', events: eventsOf(20_000) })
  })

  it('while it waits for work is replaced without anyone noticing', async () => {
    const worker = await site.startWorker()
    const waiting = await until('a compute child', () => computeChildrenOf(worker.pid)[0])
    signal(waiting, 'SIGKILL')
    await until('it is gone', () => !computeChildrenOf(worker.pid).includes(waiting))
    const experimentId = await site.newExperiment()
    const upload = site.client.uploadEvents({ experimentId, file: eventFile({ users: 300 }) })
    await upload.result()
    expect(await site.client.job((await upload.job)!.id)).toMatchObject({ status: 'SUCCEEDED', attempts: 1 })
  })
})

describe('the database that goes away for a while', () => {
  it('takes neither API nor worker with it: readiness tells, and jobs go on when it is back', async () => {
    await site.startWorker()
    const isReady = async () => (await fetch(`${site.api.url}/readyz`)).status === 200
    const experimentId = await site.newExperiment()
    await site.database.stop()
    try {
      await until('the API is not ready', async () => !(await isReady()))
      expect((await fetch(`${site.api.url}/livez`)).status).toBe(200)
      await expect(site.client.experiment({ id: experimentId })).rejects.toMatchObject({ code: 'INTERNAL' })
    } finally {
      await site.database.start()
    }
    await until('the API is ready again', isReady)
    const upload = site.client.uploadEvents({ experimentId, file: eventFile({ users: 300 }) })
    expect(await upload.result()).toMatchObject({ status: 'LANDED' })
  })
})
