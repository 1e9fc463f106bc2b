import { expect, test, vi } from 'vitest'
import { eventRecords, totalsOf } from '../testkit/event-records.ts'
import { rowOf } from '../testkit/find-in-analysis.ts'
import { until } from '../testkit/until.ts'
import { useServer } from '../testkit/use-server.ts'

vi.setConfig({ testTimeout: 400_000 })
const run = useServer()

const BATCHES = 42
const USERS = 9

test('forty small batches are merged by themselves and on request: the answers are the same, of every version', async () => {
  const { client } = run
  const { id: experimentId } = await client.createExperiment({ key: 'compaction', name: 'Compaction' })
  const batchOf = (index: number) => eventRecords(USERS, index * USERS)
  const sent = Array.from({ length: BATCHES }, (_, index) =>
    client.ingestEvents({ experimentId, idempotencyKey: `minute ${index}`, records: batchOf(index) }),
  )
  for (const upload of sent) expect(await upload.result()).toMatchObject({ status: 'LANDED', duplicates: 0 })
  // More than 32 small files: the server has begun by itself.
  await until(
    'a compaction',
    async () => {
      const jobs = (await client.jobs({ filter: { experimentId, kind: ['COMPACT_DATASET'] } }).page()).items
      return jobs.length > 0 && jobs.every(({ status }) => status === 'SUCCEEDED')
    },
    120_000,
  )
  const job = await client.compactDataset(experimentId)
  expect(await client.waitForJob(job.id)).toMatchObject({ status: 'SUCCEEDED' })

  const versions = await client.datasetVersions(experimentId).page({ first: 100 })
  const [newest] = versions.items
  expect(newest).toMatchObject({
    kind: 'COMPACTION',
    parts: 1,
    batch: null,
    rows: eventRecords(BATCHES * USERS).length,
  })
  const batches = versions.items.filter(({ kind }) => kind === 'BATCH')
  expect(batches).toHaveLength(BATCHES)

  // The last version before the first compaction, and the newest batch's: each against what was sent, and each other.
  const lastBatch = batches[0]!.number
  const analyse = (datasetVersion: number) => client.runAnalysis({ experimentId, datasetVersion }).result()
  const [before, after] = [await analyse(lastBatch), await analyse(newest!.number)]
  const [control, treatment] = totalsOf(eventRecords(BATCHES * USERS))
  expect(rowOf(after, 'conversion').controlStatistics).toMatchObject({ n: control!.users, total: control!.buyers })
  expect(rowOf(after, 'conversion').treatmentStatistics).toMatchObject({
    n: treatment!.users,
    total: treatment!.buyers,
  })
  for (const [index, row] of after.results.entries()) {
    for (const side of ['controlStatistics', 'treatmentStatistics'] as const) {
      const [one, other] = [before.results[index]![side], row[side]]
      expect(other.n).toBe(one.n)
      expect(Math.abs(other.total - one.total)).toBeLessThanOrEqual(1e-12 * Math.abs(one.total))
    }
  }
  expect(after.variants).toEqual(before.variants)
  // Versions from before hold as many events as they did.
  const rows = batches.map((version) => version.rows)
  expect(rows).toEqual(rows.toSorted((a, b) => b - a))
  expect(new Set(rows).size).toBe(BATCHES)
  await analyse(batches.at(-5)!.number)

  const comparison = await client.compareVersions({ experimentId, before: lastBatch, after: newest!.number })
  if (lastBatch < newest!.number) expect(comparison.events).toMatchObject({ added: 0, removed: 0, erased: 0 })
  expect(comparison.users.all).toMatchObject({ added: 0, removed: 0 })

  // What is sent again is still known, though its keys are in a merged file now.
  const again = await client.ingestEvents({ experimentId, records: batchOf(3).toReversed() }).result()
  expect(again).toMatchObject({ events: 0, duplicates: batchOf(3).length })
})
