import { setTimeout as delay } from 'node:timers/promises'
import type { Batch } from '@fairlift/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventRecords, totalsOf, type EventRecord } from '../testkit/event-records.ts'
import { eventWriters } from '../testkit/event-writer.ts'
import { rowOf } from '../testkit/find-in-analysis.ts'
import { JobSite } from '../testkit/job-site.ts'
import { damagedParts, described, keptEvents, versionsOf } from '../testkit/kept-data.ts'
import { LandingModel, type LandingCounts } from '../testkit/landing-model.ts'
import { canSeeProcesses, computeChildrenOf, descendantsOf, signal, untilGone } from '../testkit/processes.ts'
import type { RunningProcess } from '../testkit/processes.ts'
import { seededRandom, type SeededRandom } from '../testkit/seeded-random.ts'
import type { TestWorker } from '../testkit/worker.ts'

/** Another seed is another run: other files, other moments. */
const SEED = Number(process.env['CHAOS_SEED'] ?? 20_260_105)
const FILES = 20
const USERS_OF_A_FILE = 600
const WORKERS = 3
/** How often each kind of process is killed while the files land. */
const KILLS = { child: 10, worker: 2, api: 3 }
const PAUSE_MS = 1_500

interface EventFile {
  name: string
  bytes: BlobPart
  records: EventRecord[]
  bad: number
}

/** What came of one experiment: the files, their batches as they landed, and the same played through by the rules. */
interface Outcome {
  experimentId: string
  sent: Map<string, EventFile>
  batches: Batch[]
  expected: { counts: LandingCounts; events: EventRecord[] }[]
}

const policies = ['KEEP_FIRST', 'KEEP_LAST'] as const
const random = seededRandom(SEED)
const outcomes = new Map<string, Outcome>()
const started: RunningProcess[] = []
let site: JobSite
let workers: TestWorker[] = []

/** Overlapping files in all formats: half of them with ids, of which some say other things elsewhere. */
async function makeFiles(): Promise<EventFile[]> {
  const files: EventFile[] = []
  for (let index = 0; index < FILES; index++) {
    const [name, write] = random.pick(Object.entries(eventWriters))
    const records = recordsOf(index % 2 === 0, random.below((FILES * USERS_OF_A_FILE) / 4))
    const bad = random.below(20)
    const faults = eventRecords(bad).slice(0, bad)
    const rows = random.shuffled([...records, ...faults.map((fault) => ({ ...fault, variant_id: 'blue' }))])
    const good = rows.filter(({ variant_id: variant }) => variant !== 'blue')
    files.push({ name: `${index} ${name}`, bytes: await write(rows), records: good, bad: rows.length - good.length })
  }
  return files
}

function recordsOf(hasIds: boolean, from: number): EventRecord[] {
  const plain = eventRecords(USERS_OF_A_FILE, from)
  const records = hasIds
    ? plain.map((record) => ({ ...record, event_id: `${record.user_id} ${record.timestamp}` }))
    : plain
  const changed = records.map((record) =>
    record.value !== null && random.next() < 0.05 ? { ...record, value: record.value + random.below(4) } : record,
  )
  const again = Array.from({ length: 20 }, () => random.pick(records))
  return [...changed, ...again]
}

/** Sends a file as a shop would that only knows that something went wrong: again and again, until it has landed. */
async function sendUntilLanded(experimentId: string, { name, bytes }: EventFile): Promise<Batch> {
  for (;;) {
    try {
      return await site.client.uploadEvents({ experimentId, file: new File([bytes], name) }).result()
    } catch (error) {
      const { code } = error as { code?: string }
      if (!['NETWORK', 'COMPUTE_FAILED', 'SHUTTING_DOWN', 'INTERNAL'].includes(code ?? '')) throw error
      await delay(500)
    }
  }
}

/** Ends processes at moments that the seed chooses, and starts what does not come back by itself. */
async function killAtRandom(choose: SeededRandom, isOver: () => boolean): Promise<number> {
  const plan = choose.shuffled([
    ...Array.from({ length: KILLS.child }, () => 'child' as const),
    ...Array.from({ length: KILLS.worker }, () => 'worker' as const),
    ...Array.from({ length: KILLS.api }, () => 'api' as const),
  ])
  let done = 0
  for (const victim of plan) {
    await delay(choose.next() * PAUSE_MS)
    if (isOver()) break
    started.push(...descendantsOf(process.pid))
    const index = choose.below(workers.length)
    if (victim === 'child') computeChildrenOf(workers[index]!.pid).forEach((pid) => signal(pid, 'SIGKILL'))
    if (victim === 'api') await site.restartApi()
    if (victim === 'worker') {
      await workers[index]!.kill()
      workers[index] = await site.startWorker()
    }
    done++
  }
  return done
}

async function play(experimentId: string, policy: (typeof policies)[number], files: EventFile[]): Promise<Outcome> {
  const sent = new Map<string, EventFile>()
  // Some are sent twice at once: the same bytes are the same batch.
  const copies = [...files, ...files.slice(0, 4).map((file) => ({ ...file, name: `copy of ${file.name}` }))]
  await Promise.all(
    copies.map(async (file) => {
      const { id } = await sendUntilLanded(experimentId, file)
      const known = sent.get(id)
      if (known !== undefined) expect(known.records).toBe(file.records)
      sent.set(id, file)
    }),
  )
  const order = await site.database.query<{ id: string }>(
    "select id from batches where experiment_id = $1 and status = 'LANDED' order by landed_at",
    [experimentId],
  )
  const model = new LandingModel(policy)
  const expected = order.map(({ id }) => ({ counts: model.land(sent.get(id)!.records), events: model.events }))
  const batches = await Promise.all(order.map(({ id }) => site.client.batch(id)))
  return { experimentId, sent, batches, expected }
}

beforeAll(async () => {
  if (!canSeeProcesses) return
  site = await JobSite.start()
  workers = await Promise.all(Array.from({ length: WORKERS }, () => site.startWorker()))
  let isOver = false
  const playing = Promise.all(
    policies.map(async (conflictPolicy) => {
      const { id } = await site.client.createExperiment({
        key: conflictPolicy.toLowerCase().replace('_', '-'),
        name: conflictPolicy,
        conflictPolicy,
      })
      outcomes.set(conflictPolicy, await play(id, conflictPolicy, await makeFiles()))
    }),
  ).finally(() => (isOver = true))
  const [kills] = await Promise.all([killAtRandom(seededRandom(SEED + 1), () => isOver), playing])
  // Else the machine was so fast that nothing was disturbed, and the tests below would say nothing.
  expect(kills).toBeGreaterThan(KILLS.child / 2)
})

afterAll(() => site?.close())

describe.runIf(canSeeProcesses).each(policies)(
  `%s: ${FILES} overlapping files at once, among random kills`,
  (policy) => {
    const outcome = (): Outcome => outcomes.get(policy)!

    it('every file is one batch that has landed, and its counters add up', () => {
      const { sent, batches, expected } = outcome()
      expect(batches).toHaveLength(FILES)
      const counted = batches.map(({ rows, accepted, rejected, events, duplicates, conflicts }) => {
        return { rows, accepted, rejected, events, duplicates, conflicts }
      })
      expect(counted).toEqual(
        batches.map(({ id }, index) => {
          const { records, bad } = sent.get(id)!
          const { counts } = expected[index]!
          return { rows: records.length + bad, accepted: records.length, rejected: bad, ...counts }
        }),
      )
      const sum = (of: (counts: LandingCounts) => number) =>
        expected.reduce((total, { counts }) => total + of(counts), 0)
      expect(sum(({ duplicates }) => duplicates)).toBeGreaterThan(1000)
      expect(sum(({ conflicts }) => conflicts)).toBeGreaterThan(100)
    })

    it('the parts of the newest version hold every accepted event once', async () => {
      const { experimentId, expected } = outcome()
      expect(await keptEvents(site, experimentId)).toEqual(expected.at(-1)!.events.map(described).sort())
    })

    it('the parts of every version are on the disk with the bytes that its manifest names', async () => {
      expect(await damagedParts(site, outcome().experimentId)).toEqual([])
    })

    it('versions are numbered without a gap, and each has the rows of its parts and of the batches up to it', async () => {
      const { experimentId, batches, expected } = outcome()
      const versions = await versionsOf(site, experimentId)
      const rows = new Map<number, number>()
      batches.forEach(({ datasetVersion }, index) => rows.set(datasetVersion!, expected[index]!.events.length))
      expect(versions).toEqual([...rows].map(([number, count]) => ({ number, rows: count, rowsOfParts: count })))
      expect(versions.map(({ number }) => number)).toEqual(versions.map((_, index) => index + 1))
    })

    it('an analysis of every version finds the users, buyers and revenue of then', async () => {
      const { experimentId, batches, expected } = outcome()
      const last = new Map(batches.map(({ datasetVersion }, index) => [datasetVersion!, expected[index]!.events]))
      const analyse = async ([datasetVersion, events]: [number, EventRecord[]]): Promise<void> => {
        const metrics = ['conversion', 'revenue_per_visitor']
        const analysis = await site.client.runAnalysis({ experimentId, datasetVersion, metrics }).result()
        const [control, treatment] = totalsOf(events)
        const conversion = rowOf(analysis, 'conversion')
        expect(conversion.controlStatistics).toMatchObject({ n: control!.users, total: control!.buyers })
        expect(conversion.treatmentStatistics).toMatchObject({ n: treatment!.users, total: treatment!.buyers })
        const revenue = rowOf(analysis, 'revenue_per_visitor')
        expect(revenue.controlStatistics.total).toBeCloseTo(control!.revenue, 6)
        expect(revenue.treatmentStatistics.total).toBeCloseTo(treatment!.revenue, 6)
      }
      await Promise.all([...last].map(analyse))
    })
  },
)

describe.runIf(canSeeProcesses)('when all is over', () => {
  it('no process that was killed, and none of its children, is left', async () => {
    const living = [site.api.pid, ...workers.map(({ pid }) => pid)]
    const theirs = new Set([...living, ...living.flatMap((pid) => descendantsOf(pid).map((one) => one.pid))])
    const killed = started.filter(({ pid, command }) => isOurs(command) && !theirs.has(pid))
    expect(killed.length).toBeGreaterThan(KILLS.worker + KILLS.api)
    await untilGone(killed)
  })
})

/** Servers, workers and compute children; not the tools that the tests themselves run in. */
function isOurs(command: string): boolean {
  return /(src|dist)[\\/](main|worker|jobs[\\/]compute[\\/]child)\.[jt]s/.test(command)
}
