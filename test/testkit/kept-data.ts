import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { askDuckDb, quoted } from './duckdb.ts'
import type { EventRecord } from './event-records.ts'
import type { JobSite } from './job-site.ts'
import { contentOf } from './landing-model.ts'

/** One part as the database has it. */
interface PartRow {
  object_key: string
  sha256: string
  rows: string
  added_in: number
  removed_in: number | null
}

/** One version as the database has it. */
export interface VersionRow {
  number: number
  rows: number
  /** Rows of the parts it lists. */
  rowsOfParts: number
}

/** The versions of an experiment's data, in order, each with what its parts add up to. */
export async function versionsOf({ database }: JobSite, experimentId: string): Promise<VersionRow[]> {
  const rows = await database.query<{ number: number; rows: string; rows_of_parts: string }>(
    `select number, rows,
            (select coalesce(sum(p.rows), 0) from dataset_parts p
             where p.experiment_id = v.experiment_id and p.added_in <= v.number
               and (p.removed_in is null or p.removed_in > v.number)) as rows_of_parts
     from dataset_versions v where experiment_id = $1 order by number`,
    [experimentId],
  )
  return rows.map((row) => ({ number: row.number, rows: Number(row.rows), rowsOfParts: Number(row.rows_of_parts) }))
}

/** Parts of any version that are not on the disk with the bytes that the manifest names. */
export async function damagedParts(site: JobSite, experimentId: string): Promise<string[]> {
  const parts = await partRows(site, experimentId)
  const damaged = await Promise.all(
    parts.map(async ({ object_key: key, sha256 }) => {
      const bytes = await readFile(fileOf(site, key)).catch(() => null)
      return bytes !== null && createHash('sha256').update(bytes).digest('hex') === sha256 ? [] : [key]
    }),
  )
  return damaged.flat()
}

/** What the events in the parts of the newest version say, one text an event, in order: read by DuckDB. */
export async function keptEvents(site: JobSite, experimentId: string): Promise<string[]> {
  const parts = (await partRows(site, experimentId)).filter(({ removed_in: removed }) => removed === null)
  const { variants } = await site.client.experiment({ id: experimentId })
  const keys = new Map(variants.map(({ id, key }) => [id, key]))
  const files = parts.map(({ object_key: key }) => quoted(fileOf(site, key))).join(', ')
  const events = await askDuckDb<{
    user_id: string
    variant_id: string | null
    event_type: string
    value: number | null
    ms: string
    device: string | null
    event_id: string | null
  }>(
    `select user_id, variant_id, event_type, value, epoch_ms(time) as ms, "@device" as device, event_id
     from read_parquet([${files}], union_by_name = true)`,
  )
  return events
    .map(({ ms, variant_id: variant, event_id: id, ...event }) =>
      described({
        ...event,
        event_id: id,
        variant_id: variant === null ? null : (keys.get(variant) ?? variant),
        timestamp: new Date(Number(ms)).toISOString(),
      }),
    )
    .sort()
}

/** An event as one text, with its id. */
export function described(event: Omit<EventRecord, 'event_id'> & { event_id?: string | null }): string {
  return `${event.event_id ?? 'no id'} ${contentOf(event)}`
}

function partRows({ database }: JobSite, experimentId: string): Promise<PartRow[]> {
  return database.query<PartRow>('select * from dataset_parts where experiment_id = $1', [experimentId])
}

function fileOf({ dataDir }: JobSite, key: string): string {
  return join(dataDir, 'files', 'objects', ...key.split('/'))
}
