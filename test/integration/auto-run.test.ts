import type { Analysis, ExperimentUpdate, FairliftClient, Job } from '@fairlift/sdk'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eventRecords, totalsOf } from '../testkit/event-records.ts'
import { JobSite, LARGE_FILE_USERS } from '../testkit/job-site.ts'
import { canSeeProcesses, computeChildrenOf, signal } from '../testkit/processes.ts'
import { until } from '../testkit/until.ts'
import { useServer } from '../testkit/use-server.ts'

let experiments = 0

async function newExperiment(client: FairliftClient, settings: object = {}): Promise<string> {
  const key = `auto-run-${process.pid}-${++experiments}`
  return (await client.createExperiment({ key, name: 'Auto-run', autoRun: true, ...settings })).id
}

/** Waits until the newest analysis is that of a version of the data. */
function analysisOf(client: FairliftClient, experimentId: string, version: number): Promise<Analysis> {
  return until(`the analysis of version ${version}`, async () => {
    const { latestAnalysis } = await client.experiment({ id: experimentId })
    return latestAnalysis?.datasetVersion.number === version && client.analysis(latestAnalysis.id)
  })
}

async function analysisJobs(client: FairliftClient, experimentId: string): Promise<Job[]> {
  const jobs: Job[] = []
  for await (const job of client.jobs({ filter: { experimentId, kind: ['RUN_ANALYSIS'] } })) jobs.push(job)
  return jobs
}

const usersOf = ({ variants }: Analysis): number[] => variants.map(({ users }) => users)

describe('autoRun', () => {
  const use = useServer()

  it('the standard analysis follows each batch that lands, without anybody asking', async () => {
    const { client } = use
    const experimentId = await newExperiment(client)
    await client.ingestEvents({ experimentId, records: eventRecords(100) }).result()
    const first = await analysisOf(client, experimentId, 1)
    expect(usersOf(first)).toEqual(totalsOf(eventRecords(100)).map(({ users }) => users))
    await client.ingestEvents({ experimentId, records: eventRecords(60, 100) }).result()
    const second = await analysisOf(client, experimentId, 2)
    expect(usersOf(second)).toEqual(totalsOf(eventRecords(160)).map(({ users }) => users))
    expect(second.results.map(({ metric }) => metric.key)).toEqual([
      'conversion',
      'revenue_per_visitor',
      'average_order_value',
    ])
  })

  it('tells who follows the experiment of the batch first and of the analysis then', async () => {
    const { client } = use
    const experimentId = await newExperiment(client)
    const stop = new AbortController()
    const updates: ExperimentUpdate[] = []
    const watching = (async () => {
      for await (const update of client.watchExperiment(experimentId, { signal: stop.signal })) {
        updates.push(update)
        if (updates.length === 1) await client.ingestEvents({ experimentId, records: eventRecords(50) })
        if (update.__typename === 'AnalysisReady') return
      }
    })()
    await watching
    stop.abort()
    const told = updates.map((update) =>
      update.__typename === 'BatchChanged' ? update.batch.status : update.__typename,
    )
    expect(told[0]).toBe('ExperimentChanged')
    expect(told.indexOf('LANDED')).toBeGreaterThan(0)
    expect(told.indexOf('AnalysisReady')).toBeGreaterThan(told.indexOf('LANDED'))
  })

  it('without it nothing is analysed until somebody asks; turned on with data there, it runs at once', async () => {
    const { client } = use
    const experimentId = await newExperiment(client, { autoRun: false })
    await client.ingestEvents({ experimentId, records: eventRecords(80) }).result()
    expect(await analysisJobs(client, experimentId)).toEqual([])
    const { autoRun } = await client.updateExperiment({ id: experimentId, autoRun: true })
    expect(autoRun).toBe(true)
    expect(usersOf(await analysisOf(client, experimentId, 1))).toEqual([40, 40])
    await client.updateExperiment({ id: experimentId, autoRun: true })
    expect(await analysisJobs(client, experimentId)).toHaveLength(1)
  })

  it('turned on before there are data, it waits for them', async () => {
    const { client } = use
    const experimentId = await newExperiment(client, { autoRun: false })
    await client.updateExperiment({ id: experimentId, autoRun: true })
    expect(await analysisJobs(client, experimentId)).toEqual([])
  })

  it('the answer is the one that runAnalysis gives: the same job, the same analysis', async () => {
    const { client } = use
    const experimentId = await newExperiment(client)
    await client.ingestEvents({ experimentId, records: eventRecords(90) }).result()
    const asked = await client.runAnalysis({ experimentId }).result()
    expect((await analysisOf(client, experimentId, 1)).id).toBe(asked.id)
    expect(await analysisJobs(client, experimentId)).toHaveLength(1)
  })

  it('the same file again changes nothing, so nothing is analysed again', async () => {
    const { client } = use
    const experimentId = await newExperiment(client)
    await client.ingestEvents({ experimentId, records: eventRecords(30) }).result()
    await analysisOf(client, experimentId, 1)
    const again = [...eventRecords(30)].reverse()
    expect(await client.ingestEvents({ experimentId, records: again }).result()).toMatchObject({ events: 0 })
    expect(await analysisJobs(client, experimentId)).toHaveLength(1)
  })

  it('follows the experiment too: other metrics are another standard analysis', async () => {
    const { client } = use
    const experimentId = await newExperiment(client)
    await client.ingestEvents({ experimentId, records: eventRecords(30) }).result()
    await analysisOf(client, experimentId, 1)
    await client.updateExperiment({ id: experimentId, metrics: [{ key: 'conversion', role: 'PRIMARY' }] })
    const keys = await until('the analysis by the new metrics', async () => {
      const { latestAnalysis } = await client.experiment({ id: experimentId })
      const { results } = await client.analysis(latestAnalysis!.id)
      return results.length === 1 && results.map(({ metric }) => metric.key)
    })
    expect(keys).toEqual(['conversion'])
  })

  it('a question that cannot be asked is told by a failed job, and the batch lands all the same', async () => {
    const { client } = use
    const experimentId = await newExperiment(client, { startAt: '2090-01-01T00:00:00.000Z' })
    // Stopped before it starts, its window ends before it begins.
    await client.stopExperiment(experimentId)
    const batch = await client.ingestEvents({ experimentId, records: eventRecords(30) }).result()
    expect(batch.status).toBe('LANDED')
    const [job] = await analysisJobs(client, experimentId)
    expect(job).toMatchObject({ status: 'FAILED', error: { code: 'INVALID' } })
    expect(job!.error!.message).toMatch(/on arrival was not run: The window's end/)
  })

  it('runs for experiments that are prepared or over, and not for archived ones', async () => {
    const { client } = use
    const experimentId = await newExperiment(client)
    await client.archiveExperiment(experimentId)
    expect(await client.ingestEvents({ experimentId, records: eventRecords(30) }).result()).toMatchObject({
      status: 'LANDED',
    })
    expect(await analysisJobs(client, experimentId)).toEqual([])
  })
})

describe.skipIf(!canSeeProcesses)('autoRun and its worker', () => {
  let site: JobSite

  beforeAll(async () => {
    site = await JobSite.start({ COMPUTE_CONCURRENCY: '2' })
  })

  afterEach(() => site?.killWorkers())

  afterAll(() => site?.close())

  it('what waits for an older version is given up, unless somebody asked for it too; the newest ends last', async () => {
    const { client } = site
    const worker = await site.startWorker()
    const experimentId = await newExperiment(client, { autoRun: false })
    const land = (version: number) =>
      client.ingestEvents({ experimentId, records: eventRecords(20, version * 20) }).result()
    const newestJob = async (): Promise<Job> => (await analysisJobs(client, experimentId))[0]!
    await land(1)
    // The analysis of the first version gets the one child that is there, which stands still.
    const idle = computeChildrenOf(worker.pid)
    expect(idle).toHaveLength(1)
    signal(idle[0]!, 'SIGSTOP')
    await client.updateExperiment({ id: experimentId, autoRun: true })
    const first = await newestJob()
    await site.jobThat(first.id, 'runs', ({ status }) => status === 'RUNNING')

    await land(2)
    const second = await newestJob()
    await land(3)
    const third = await newestJob()
    expect((await client.runAnalysis({ experimentId })).id).toBe(third.id)
    await land(4)
    const fourth = await newestJob()
    expect(new Set([first.id, second.id, third.id, fourth.id]).size).toBe(4)
    expect(await client.job(second.id)).toMatchObject({ status: 'CANCELLED', error: { code: 'CANCELLED' } })
    expect((await client.job(second.id)).error!.message).toContain('version 3 is analysed')
    expect((await client.job(third.id)).status).toBe('QUEUED')

    signal(idle[0]!, 'SIGCONT')
    for (const { id } of [first, third, fourth]) expect((await client.waitForJob(id)).status).toBe('SUCCEEDED')
    expect(usersOf(await analysisOf(client, experimentId, 4))).toEqual([40, 40])
  })

  it('a worker that dies between the landing and what follows from it leaves the analysis to another one', async () => {
    const { client, database } = site
    const worker = await site.startWorker()
    const experimentId = await newExperiment(client)
    const { upload, child } = await site.freezeInMidJob(worker, experimentId)
    const { id } = await upload
    // What follows asks for the metrics, and gets no answer while they are locked.
    const lock = new pg.Client({ connectionString: database.url })
    await lock.connect()
    try {
      await lock.query('begin; lock table metrics in access exclusive mode')
      signal(child, 'SIGCONT')
      await until('the batch has landed', async () => (await client.batch(id)).status === 'LANDED')
      await worker.kill()
    } finally {
      await lock.end()
    }
    expect(await analysisJobs(client, experimentId)).toEqual([])
    await site.startWorker()
    expect((await upload.result()).datasetVersion).toBe(1)
    expect(usersOf(await analysisOf(client, experimentId, 1))).toEqual([LARGE_FILE_USERS / 2, LARGE_FILE_USERS / 2])
    expect(await analysisJobs(client, experimentId)).toHaveLength(1)
  })
})
