import { FairliftJobError } from '@fairlift/sdk'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eventFile, eventsOf } from '../testkit/event-file.ts'
import { JobSite, largeFile, statesOf } from '../testkit/job-site.ts'
import { canSeeProcesses, computeChildrenOf, descendantsOf, untilGone } from '../testkit/processes.ts'
import { until } from '../testkit/until.ts'

// API and workers are processes of their own here: whatever the API tells of a job it heard from the database.
/** Workers are started for most tests: on a busy machine that takes long. */

let site: JobSite

beforeAll(async () => {
  site = await JobSite.start()
})

afterEach(() => site?.killWorkers())

afterAll(() => site?.close())

describe('API and worker as two processes', () => {
  it('a job waits for a worker, and the API tells of every step of it', async () => {
    const experimentId = await site.newExperiment()
    const upload = site.client.uploadEvents({ experimentId, file: eventFile({ users: 300 }) })
    const { id, status } = (await upload.job)!
    expect(status).toBe('QUEUED')
    const states = statesOf(site.client, id)
    await site.startWorker()
    const statuses = (await states).map((job) => job.status)
    expect(statuses[0]).toBe('QUEUED')
    expect(statuses).toContain('RUNNING')
    expect(statuses.at(-1)).toBe('SUCCEEDED')
    expect(await upload.result()).toMatchObject({ status: 'LANDED', events: eventsOf(300), datasetVersion: 1 })
  })

  it('progress never falls, ends at 1, and tells its stages in order', async () => {
    await site.startWorker()
    const experimentId = await site.newExperiment()
    const first = site.client.uploadEvents({ experimentId, file: eventFile({ users: 500, mark: 'first' }) })
    await first.result()
    const job = (await site.client.uploadEvents({ experimentId, file: largeFile() }).job)!
    const states = await statesOf(site.client, job.id)
    const progress = states.map((state) => state.progress)
    expect(progress).toEqual([...progress].sort((one, other) => one - other))
    expect(new Set(progress).size).toBeGreaterThan(3)
    expect(progress.at(-1)).toBe(1)
    const stages = [...new Set(states.map(({ stage }) => stage?.replace(/^[\d,]+ /, '')).filter(Boolean))]
    const known = ['Reading the file', 'rows checked', 'Comparing with what is there', 'Storing']
    expect(stages).toEqual(known.filter((stage) => stages.includes(stage)))
    expect(stages).toContain('rows checked')
    expect(states.at(-1)).toMatchObject({ status: 'SUCCEEDED', stage: null, attempts: 1, error: null })
  })

  it('progress is told in rows and bytes of the file, and ends with all of them', async () => {
    await site.startWorker()
    const experimentId = await site.newExperiment()
    const upload = site.client.uploadEvents({ experimentId, file: largeFile() })
    const { sizeBytes: bytesTotal } = await upload
    const states = await statesOf(site.client, (await upload.job)!.id)
    const { rows } = await upload.result()
    const told = states.filter(({ bytesRead }) => bytesRead !== null)
    for (const counted of ['rowsRead', 'bytesRead'] as const) {
      const counts = told.map((state) => state[counted]!)
      expect(counts).toEqual([...counts].sort((one, other) => one - other))
      expect(new Set(counts).size).toBeGreaterThan(3)
    }
    expect(new Set(told.map((state) => state.bytesTotal))).toEqual(new Set([bytesTotal]))
    expect(states.at(-1)).toMatchObject({ rowsRead: rows, bytesRead: bytesTotal, bytesTotal })
    const analysed = await site.client.waitForJob((await site.client.runAnalysis({ experimentId })).id)
    expect(analysed).toMatchObject({ status: 'SUCCEEDED', rowsRead: null, bytesRead: null, bytesTotal: null })
  })

  it('all who watch a job see the same end, also those who come when it is over', async () => {
    const experimentId = await site.newExperiment()
    const job = (await site.client.uploadEvents({ experimentId, file: eventFile({ users: 300 }) }).job)!
    const watchers = Promise.all(Array.from({ length: 5 }, () => statesOf(site.client, job.id)))
    await site.startWorker()
    const ends = (await watchers).map((states) => states.at(-1)!)
    expect(new Set(ends.map(({ status, finishedAt }) => `${status} ${finishedAt}`)).size).toBe(1)
    expect(await statesOf(site.client, job.id)).toEqual([ends[0]])
  })

  it('more questions at once than the API has connections are all taken', async () => {
    await site.startWorker()
    const experimentId = await site.newExperiment()
    await site.client.uploadEvents({ experimentId, file: eventFile({ users: 300 }) }).result()
    await site.killWorkers()
    const levels = Array.from({ length: 40 }, (_, index) => 0.8 + index / 1000)
    const asked = await Promise.all(levels.map((level) => site.client.runAnalysis({ experimentId, level })))
    expect(new Set(asked.map(({ id }) => id)).size).toBe(levels.length)
  })

  it('batches of one experiment that are sent at once all land, none of their events twice', async () => {
    await site.startWorker({ COMPUTE_CONCURRENCY: '2' })
    await site.startWorker()
    const experimentId = await site.newExperiment()
    // The files overlap: each holds the events of those before it.
    const uploads = [200, 400, 600, 800].map((users) =>
      site.client.uploadEvents({ experimentId, file: eventFile({ users }) }),
    )
    const batches = await Promise.all(uploads.map((upload) => upload.result()))
    expect(batches.map(({ datasetVersion }) => datasetVersion).every((version) => version! <= 4)).toBe(true)
    expect(batches.reduce((sum, { events }) => sum + events!, 0)).toBe(eventsOf(800))
    const { latestDatasetVersion } = await site.client.experiment({ id: experimentId })
    expect(latestDatasetVersion!.rows).toBe(eventsOf(800))
  })
})

describe('cancelling', () => {
  it('a job that waits has ended at once, and a worker that comes leaves it alone', async () => {
    const experimentId = await site.newExperiment()
    const upload = site.client.uploadEvents({ experimentId, file: eventFile({ users: 300 }) })
    const { id } = (await upload.job)!
    expect(await site.client.cancelJob(id)).toMatchObject({ id, status: 'CANCELLED', attempts: 0 })
    await expect(upload.result()).rejects.toMatchObject({ name: 'FairliftJobError', code: 'CANCELLED' })
    await site.startWorker()
    // The worker takes jobs in order: when a later one is done it has passed the cancelled one.
    const later = await site.newExperiment()
    await site.client.uploadEvents({ experimentId: later, file: eventFile({ users: 300 }) }).result()
    expect(await site.client.job(id)).toMatchObject({ status: 'CANCELLED', attempts: 0 })
    expect((await site.client.experiment({ id: experimentId })).latestDatasetVersion).toBeNull()
  })

  it.runIf(canSeeProcesses)('a job that runs ends soon: its computation is killed and nothing has landed', async () => {
    const worker = await site.startWorker()
    const experimentId = await site.newExperiment()
    const { upload, job, child } = await site.freezeInMidJob(worker, experimentId)
    const working = descendantsOf(worker.pid).filter(({ pid }) => pid === child)
    await site.client.cancelJob(job.id)
    await expect(upload.result()).rejects.toBeInstanceOf(FairliftJobError)
    const cancelled = { status: 'CANCELLED', error: { code: 'CANCELLED' }, attempts: 1 }
    expect(await site.client.job(job.id)).toMatchObject({ ...cancelled, batch: { status: 'RECEIVED' } })
    await untilGone(working)
    expect(await site.curatedFiles(experimentId)).toEqual([])
    expect((await site.client.experiment({ id: experimentId })).latestDatasetVersion).toBeNull()
    await until('the folder of the work is gone', async () => (await site.workFolders()).length === 0)
    // The worker has another child for the next job.
    await until('another compute child', () => computeChildrenOf(worker.pid).some((pid) => pid !== child))
    const next = site.client.uploadEvents({ experimentId, file: eventFile({ users: 200 }) })
    expect(await next.result()).toMatchObject({ status: 'LANDED', events: eventsOf(200) })
  })

  it('a file whose job was cancelled is read when it is sent again', async () => {
    const experimentId = await site.newExperiment()
    const file = eventFile({ users: 300 })
    const first = site.client.uploadEvents({ experimentId, file })
    const cancelled = await site.client.cancelJob((await first.job)!.id)
    const again = site.client.uploadEvents({ experimentId, file })
    expect((await again).id).toBe((await first).id)
    expect((await again.job)!.id).not.toBe(cancelled.id)
    await site.startWorker()
    expect(await again.result()).toMatchObject({ status: 'LANDED', events: eventsOf(300) })
  })

  it('a job that has ended stays as it is', async () => {
    await site.startWorker()
    const experimentId = await site.newExperiment()
    const upload = site.client.uploadEvents({ experimentId, file: eventFile({ users: 300 }) })
    await upload.result()
    const { id } = (await upload.job)!
    expect(await site.client.cancelJob(id)).toMatchObject({ status: 'SUCCEEDED', error: null })
  })

  it('an analysis can be cancelled, and asked for again', async () => {
    await site.startWorker()
    const experimentId = await site.newExperiment()
    await site.client.uploadEvents({ experimentId, file: eventFile({ users: 300 }) }).result()
    await site.killWorkers()
    const run = site.client.runAnalysis({ experimentId })
    await site.client.cancelJob((await run).id)
    await expect(run.result()).rejects.toMatchObject({ code: 'CANCELLED' })
    await site.startWorker()
    const analysis = await site.client.runAnalysis({ experimentId }).result()
    expect(analysis.results.length).toBeGreaterThan(0)
  })
})
