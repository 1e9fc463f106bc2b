import { createClient, type CreateExperimentInput, type Job } from '@fairlift/sdk'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventFile, eventsOf } from '../testkit/event-file.ts'
import { JobSite, LARGE_FILE_USERS, largeFile } from '../testkit/job-site.ts'
import { damagedParts, versionsOf } from '../testkit/kept-data.ts'
import { canSeeProcesses, computeChildrenOf, descendantsOf, signal, untilGone } from '../testkit/processes.ts'
import type { RunningProcess } from '../testkit/processes.ts'

/** Users of the batch that is there first, and of the one that is disturbed: the second file holds the first one's events. */
const FIRST = 300
const SECOND = 700

let site: JobSite

beforeAll(async () => {
  if (canSeeProcesses) site = await JobSite.start()
})
afterAll(() => site?.close())

/** An experiment with one batch, and a second one on its way. */
interface Landing {
  experimentId: string
  job: Job
}

/** Where the last of two events counts, all is compared when it lands; else only what has come meanwhile. */
async function experimentWithBatch(
  conflictPolicy: CreateExperimentInput['conflictPolicy'] = 'KEEP_FIRST',
): Promise<string> {
  const experimentId = await site.newExperiment({ conflictPolicy })
  await site.client.uploadEvents({ experimentId, file: eventFile({ users: FIRST }) }).result()
  return experimentId
}

async function send(experimentId: string, file = eventFile({ users: SECOND })): Promise<Landing> {
  return { experimentId, job: (await site.client.uploadEvents({ experimentId, file }).job)! }
}

/** Keeps batches of an experiment from landing, as another batch of it that is landing does. */
const holdLanding = (experimentId: string) =>
  site.database.hold('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`landing:${experimentId}`])

/** Sends the second batch and lets it stand before it is compared with the first. */
async function sendUpToLanding(experimentId: string, waiting: number) {
  const release = await holdLanding(experimentId)
  const landing = await send(experimentId)
  await site.database.untilBlocked('pg_advisory_xact_lock', waiting)
  return { landing, release }
}

/** Fails unless the second batch has landed once, whole, after the first one. */
async function expectLandedOnce({ experimentId, job }: Landing, second = eventsOf(SECOND), known = eventsOf(FIRST)) {
  const ended = await site.client.waitForJob(job.id)
  expect(ended).toMatchObject({ status: 'SUCCEEDED', attempts: 2, error: null })
  expect(ended.batch).toMatchObject({
    status: 'LANDED',
    rows: second,
    accepted: second,
    rejected: 0,
    events: second - known,
    duplicates: known,
    datasetVersion: 2,
  })
  const [first, rows] = [eventsOf(FIRST), second + eventsOf(FIRST) - known]
  expect(await versionsOf(site, experimentId)).toEqual([
    { number: 1, rows: first, rowsOfParts: first },
    { number: 2, rows, rowsOfParts: rows },
  ])
  expect(await damagedParts(site, experimentId)).toEqual([])
}

describe.runIf(canSeeProcesses)('a worker that is killed', () => {
  let reading: Landing
  let comparing: Landing
  let stored: Landing
  let committed: Landing
  let killed: RunningProcess[]
  const releases: (() => Promise<void>)[] = []
  const releaseAll = () => Promise.all(releases.splice(0).map((release) => release()))

  // One worker has four batches at four points when it is killed: a take-over takes its time only once.
  beforeAll(async () => {
    const worker = await site.startWorker({ COMPUTE_CONCURRENCY: '4' })
    const experiments = await Promise.all([
      experimentWithBatch(),
      experimentWithBatch(),
      experimentWithBatch('KEEP_LAST'),
      experimentWithBatch(),
    ])

    const toCommit = await sendUpToLanding(experiments[0]!, 1)
    releases.push(toCommit.release)
    committed = toCommit.landing
    releases.push(await site.database.hold('select * from jobs where id = $1 for update', [committed.job.id]))
    // Progress is written now and then: when the last was long ago the next one is at once, and waits. The end waits for it.
    await delay(1000)
    await toCommit.release()
    await site.database.untilBlocked('update "jobs" set "stage"')
    await site.jobThat(committed.job.id, 'has committed', ({ batch }) => batch?.status === 'LANDED')

    releases.push(await site.database.hold('lock table dataset_versions in share mode'))
    stored = await send(experiments[1]!)
    await site.database.untilBlocked('insert into "dataset_versions"')
    expect((await site.curatedFiles(stored.experimentId)).filter((name) => name.endsWith('.parquet'))).toHaveLength(2)

    const toCompare = await sendUpToLanding(experiments[2]!, 1)
    comparing = toCompare.landing
    releases.push(toCompare.release)

    reading = await send(experiments[3]!, largeFile())
    await site.jobThat(reading.job.id, 'has read some rows', ({ stage }) => stage?.includes('rows checked') === true)
    const children = computeChildrenOf(worker.pid)
    children.forEach((pid) => signal(pid, 'SIGSTOP'))
    await toCompare.release()
    await site.jobThat(comparing.job.id, 'compares', ({ stage }) => stage === 'Comparing with what is there')

    for (const { job } of [reading, comparing, stored, committed])
      expect(await site.client.job(job.id)).toMatchObject({ status: 'RUNNING', attempts: 1 })
    killed = [...descendantsOf(worker.pid)]
    await worker.kill()
    children.forEach((pid) => signal(pid, 'SIGCONT'))
    await releaseAll()
    await site.startWorker({ COMPUTE_CONCURRENCY: '2' })
  })

  afterAll(async () => {
    await releaseAll()
    await site.killWorkers()
  })

  it('while it reads: the batch lands once', () => expectLandedOnce(reading, eventsOf(LARGE_FILE_USERS), 0))
  it('while it compares with what is there: the batch lands once', () => expectLandedOnce(comparing))
  it('after its parts were stored and before they count: the batch lands once', () => expectLandedOnce(stored))
  it('after the batch has landed and before its job ended: it stays landed once', () => expectLandedOnce(committed))
  it('leaves no process behind', () => untilGone(killed))
})

describe.runIf(canSeeProcesses)('a compute child that is killed while it compares', () => {
  it('costs one attempt, and the batch lands once', async () => {
    const worker = await site.startWorker()
    const { landing, release } = await sendUpToLanding(await experimentWithBatch('KEEP_LAST'), 1)
    const [child] = computeChildrenOf(worker.pid)
    signal(child!, 'SIGSTOP')
    await release()
    await site.jobThat(landing.job.id, 'compares', ({ stage }) => stage === 'Comparing with what is there')
    signal(child!, 'SIGKILL')
    await expectLandedOnce(landing)
    await site.killWorkers()
  })
})

describe.runIf(canSeeProcesses)('an API that is killed when the bytes of a file are stored and nothing else is', () => {
  it('has taken nothing: the file that is sent again is one batch, which lands once', async () => {
    const experimentId = await site.newExperiment()
    const file = eventFile({ users: SECOND })
    const release = await site.database.hold('lock table batches in share mode')
    const impatient = createClient({ url: site.api.url, retry: { attempts: 0 } })
    const lost = impatient.uploadEvents({ experimentId, file }).then(
      () => null,
      (error: unknown) => error,
    )
    await site.database.untilBlocked('insert into "batches"')
    await site.restartApi()
    await release()
    expect(await lost).toMatchObject({ code: 'NETWORK' })
    impatient.close()
    expect((await site.client.batches(experimentId).page()).items).toEqual([])

    await site.startWorker()
    const batch = await site.client.uploadEvents({ experimentId, file }).result()
    expect(batch).toMatchObject({ status: 'LANDED', events: eventsOf(SECOND), duplicates: 0, datasetVersion: 1 })
    expect((await site.client.batches(experimentId).page()).items).toHaveLength(1)
  })
})
