import fc from 'fast-check'
import pl from 'nodejs-polars'
import { describe, expect, test } from 'vitest'
import { column, frameOf } from '../engine/polars/frame.ts'
import type { ColumnMapping } from './column-mapping.ts'
import { eventsOf, useCurate } from './curate-content.contract.ts'

const run = useCurate()

const scanned: ColumnMapping = {
  userId: 'user_id',
  variant: [{ column: 'variant_id' }],
  eventType: 'event_type',
  value: 'value',
  timestamp: 'timestamp',
  eventId: 'event_id',
  attributes: [{ column: 'device' }, { column: 'visits' }, { column: 'share' }, { column: 'isNew' }],
}
/** Says nothing more, but it is for the readers of whole columns to count what is empty. */
const readInColumns: ColumnMapping = { ...scanned, maxEmptyShares: [{ column: 'device', share: 1 }] }

const some = <Value>(...values: Value[]) => fc.constantFrom(...values)
const row = fc.record({
  event_id: some(null, null, 'e1', 'e2', 'an-event-with-a-long-id', '"e1"'),
  user_id: some('u1', 'u2', 'a-user-with-a-long-name', 'ü', ' u1', 'u,1', 'u"1', 'u\n1', 'u\r', '', null),
  variant_id: some(null, null, 'control', 'treatment', 'blue', ' control'),
  event_type: some('view', 'view', 'exposure', 'purchase', 'refund', ''),
  value: some(null, 0, -0, 1, 12.5, -3, 0.1, 1e-9, 1e20, NaN, Infinity, 123456789012345, 0.30000000000000004),
  timestamp: some(1780308000_000000, 1780308000_250001, 1780394400_000000, 32503680000_000000, -1_000_000, null),
  device: some(null, 'mobile', 'desktop', ' mobile ', '', 'a "b", c', 'd'.repeat(257)),
  visits: some(null, 3, 12),
  share: some(null, 7, 0.25, NaN),
  isNew: some(null, true, false),
})
type Row = typeof row extends fc.Arbitrary<infer Value> ? Value : never

function parquetOf(rows: Row[], timesAreTexts: boolean): Buffer {
  const values = (name: keyof Row) => rows.map((one) => one[name])
  const text = (name: keyof Row) => column(name, values(name), pl.Utf8)
  const frame = frameOf([
    ...(['event_id', 'user_id', 'variant_id', 'event_type', 'device'] as const).map(text),
    column('value', values('value'), pl.Float64),
    column('visits', values('visits'), pl.Int64),
    column('share', values('share'), pl.Float32),
    column('isNew', values('isNew'), pl.Bool),
    column('timestamp', values('timestamp'), pl.Int64),
  ])
  const times = pl.col('timestamp').cast(pl.Datetime('us'))
  const asText = times.dt.strftime('%Y-%m-%dT%H:%M:%S%.6fZ')
  return frame.withColumn((timesAreTexts ? asText : times).alias('timestamp')).writeParquet()
}

describe('rows of Parquet that are scanned as text', () => {
  test('become the same events, and are refused for the same reasons, as when whole columns are read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 60 }),
        fc.boolean(),
        fc.constantFrom(2_000, 1 << 20),
        async (rows, timesAreTexts, chunkBytes) => {
          const content = parquetOf(rows, timesAreTexts)
          const [scan, columns] = await Promise.all(
            [scanned, readInColumns].map(async (mapping) => {
              const result = await run(content, { mapping, chunkBytes })
              const { parts, rejectsPath: _path, ...told } = result
              const shown = parts.map(({ path: _path, keysPath: _keys, bytes: _bytes, sha256: _hash, ...part }) => part)
              return { ...told, parts: shown, events: await eventsOf(result) }
            }),
          )
          expect(scan).toEqual(columns)
        },
      ),
      { numRuns: 12 },
    )
  })
})
