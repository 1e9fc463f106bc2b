import type { Analysis, ColumnMappingInput } from '@fairlift/sdk'
import { beforeAll, describe, expect, test } from 'vitest'
import { numbersOf } from '../testkit/find-in-analysis.ts'
import '../testkit/matchers.ts'
import { hasSharedDatasets, sharedFile, sharedPath, titleOf } from '../testkit/shared-datasets.ts'
import { rewritten, tableWritings, type TableWritingName } from '../testkit/table-writer.ts'
import { experimentFor, landAsProposed, tabularSets, type TabularSetName } from '../testkit/tabular-sets.ts'
import { useServer } from '../testkit/use-server.ts'

/** The largest set has 294,478 rows; a busy machine takes its time. */

/** The same rows in the same order: sums may be added in another order, nothing else differs. */
const SAME_NUMBERS = { relative: 1e-12, absolute: 1e-14 }

const everyWriting = Object.keys(tableWritings) as TableWritingName[]

/**
 * Sets of more than 60,000 rows are published as CSV and take one writing of each other reader: what differs within a
 * reader (tabs, packing, types) is the same code however many rows follow, and is seen in the small sets.
 */
const ofOtherReaders: TableWritingName[] = ['NDJSON in zstd', 'a JSON array', 'Parquet in zstd']

const writingsOf: Record<TabularSetName, TableWritingName[]> = {
  ab_revenue: everyWriting,
  marketing_ab: everyWriting,
  adsmart: everyWriting,
  online_store: everyWriting,
  fast_food: everyWriting,
  campaign_daily: everyWriting,
  hillstrom: ofOtherReaders,
  cookie_cats: ofOtherReaders,
  starbucks: ofOtherReaders,
  // Three times the rows of the next: times as text and as points in time, no more.
  udacity_ab: ['NDJSON in zstd', 'Parquet in zstd'],
}

/** Columns whose published form the mapping names, so that they must stay text. */
const textsOf: Partial<Record<TabularSetName, string[]>> = { campaign_daily: ['Date'] }

/**
 * What is proposed, but for what belongs to one way of writing: what parts the fields, the zone of bare times, and how
 * a variant is spelt ("Yes" is a flag to DuckDB, written `true`).
 */
function meaningOf(mapping: ColumnMappingInput | null | undefined) {
  const { delimiter: _, timezone: __, variant, ...meaning } = mapping ?? {}
  return { ...meaning, variant: variant?.map(({ column }) => column) }
}

describe.skipIf(!hasSharedDatasets)(titleOf('published experiments in every format'), () => {
  const run = useServer()

  describe.each(Object.keys(writingsOf) as TabularSetName[])('%s', (name) => {
    const set = tabularSets[name]
    let experimentId: string
    let published: Landed[]
    let analysis: Analysis
    let experiments = 0

    type Landed = Awaited<ReturnType<typeof land>>

    const newExperiment = () => experimentFor(run.client, set, `${name.replaceAll('_', '-')}-${experiments++}`)

    async function land(to: string, file: File) {
      const { client } = run
      const { mapping, batch } = await (set.mapping === undefined
        ? landAsProposed(client, to, file).then(({ preview, batch }) => ({ mapping: preview.mapping, batch }))
        : client
            .uploadEvents({ experimentId: to, file, mapping: set.mapping })
            .result()
            .then((batch) => ({ mapping: set.mapping, batch })))
      const errors = batch.rejected === 0 ? [] : await client.batchErrors(batch.id)
      return { batch, mapping, errors: errors.map(({ row, column, code }) => ({ row, column, code })) }
    }

    async function landAll(to: string, files: readonly File[]): Promise<Landed[]> {
      const landed: Landed[] = []
      for (const file of files) landed.push(await land(to, file))
      return landed
    }

    const analyse = (of: string) =>
      run.client.runAnalysis({ experimentId: of, metrics: [...set.metrics], segmentBy: set.segmentBy ?? null }).result()

    beforeAll(async () => {
      experimentId = await newExperiment()
      published = await landAll(experimentId, set.files.map(sharedFile))
      analysis = await analyse(experimentId)
    })

    test('as published: every row is read, and each metric has a result', () => {
      expect(published.reduce((rows, { batch }) => rows + batch.rows!, 0)).toBe(set.rows)
      for (const { batch } of published) expect(batch).toMatchObject({ status: 'LANDED', duplicates: 0 })
      expect(new Set(analysis.results.map(({ metric }) => metric.key))).toEqual(new Set(set.metrics))
      expect(analysis.segments.length > 0).toBe(set.segmentBy !== undefined)
    })

    test.each(writingsOf[name])('%s', async (writing) => {
      const files = await Promise.all(set.files.map((path) => rewritten(sharedPath(path), writing, textsOf[name])))
      // Rows that name their user and their time are known again; without either each file's rows are its own.
      const isKnownAgain = published.every(
        ({ mapping }) => mapping?.userId != null && mapping.timestamp != null && mapping.rowIdentity !== 'ROW',
      )
      const own = isKnownAgain ? experimentId : await newExperiment()
      const landed = await landAll(own, files)

      expect(landed.map(({ errors }) => errors)).toEqual(published.map(({ errors }) => errors))
      for (const [index, { batch, mapping }] of landed.entries()) {
        const first = published[index]!
        expect(meaningOf(mapping)).toEqual(meaningOf(first.mapping))
        const { rows, accepted, rejected, events } = first.batch
        const expected = isKnownAgain ? { events: 0, duplicates: events } : { events, duplicates: 0 }
        expect(batch).toMatchObject({ status: 'LANDED', rows, accepted, rejected, ...expected })
      }
      if (isKnownAgain) return
      const again = await analyse(own)
      expect(numbersOf(again)).toEqualNearly(numbersOf(analysis), SAME_NUMBERS)
      expect(again.health).toEqualNearly(analysis.health, SAME_NUMBERS)
      expect(again.decision.verdict).toBe(analysis.decision.verdict)
    })
  })
})
