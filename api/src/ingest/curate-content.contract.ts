import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pl from 'nodejs-polars'
import { afterAll } from 'vitest'
import type { ExperimentContext } from './contract.ts'
import { curate, type CurateRequest, type CurateResult } from './curate.ts'

export const CONTROL = 'c0000000-0000-4000-8000-000000000001'
export const TREATMENT = 'c0000000-0000-4000-8000-000000000002'

/** The experiment that contents are curated for. */
export const experiment: ExperimentContext = {
  id: 'e0000000-0000-4000-8000-000000000000',
  key: 'checkout',
  variants: [
    { id: CONTROL, key: 'control', name: 'Old page' },
    { id: TREATMENT, key: 'treatment', name: 'New page' },
  ],
  startAt: null,
  endAt: null,
  summedEventTypes: ['purchase'],
}

export const HEADER = 'user_id,variant_id,event_type,value,timestamp,device'

/** A CSV file that follows the event contract. */
export const csv = (...rows: string[]) => [HEADER, ...rows, ''].join('\n')

/** What curates a file with some content, for the tests of one file; what that wrote is removed after them. */
export function useCurate(): (content: string | Buffer, options?: Partial<CurateRequest>) => Promise<CurateResult> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlift-curate-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  let files = 0
  return async (content, options = {}) => {
    const workFolder = mkdtempSync(join(folder, 'work-'))
    const path = join(folder, `file-${files++}`)
    writeFileSync(path, content)
    const request: CurateRequest = {
      path,
      workFolder,
      sha256: 'f'.repeat(64),
      mapping: null,
      experiment,
      conflictPolicy: 'KEEP_FIRST',
      known: [],
      maxRejectRate: 1,
      rawLimits: { maxUnpackedBytes: 1 << 30 },
      chunkBytes: 1 << 20,
      receivedAt: '2026-06-10T00:00:00.000Z',
      ...options,
    }
    return curate(request, () => undefined)
  }
}

/** The events of all parts, by row and type, without hashes. Attributes that only some parts have are null in the others. */
export async function eventsOf({ parts }: CurateResult): Promise<Record<string, unknown>[]> {
  const frames = await Promise.all(parts.map(({ path }) => pl.scanParquet(path).collect()))
  const records = frames.flatMap((frame) => frame.toRecords() as Record<string, unknown>[])
  const attributes = new Set(records.flatMap((record) => Object.keys(record)).filter((name) => name.startsWith('@')))
  const order = ({ row, event_type: type, variant_id: variant }: Record<string, unknown>) =>
    `${String(row).padStart(6, '0')} ${String(type)} ${String(variant)}`
  return records
    .map(({ key_high: _high, key_low: _low, unit: _unit, content: _content, ...event }) => ({
      ...Object.fromEntries([...attributes].map((name) => [name, null])),
      ...event,
    }))
    .sort((a, b) => (order(a) < order(b) ? -1 : 1))
}
