import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand, type GeneratorOptions, type Tally } from '../../datasets/generate.ts'
import { askDuckDb, quoted } from '../testkit/duckdb.ts'

/** The files that are ingested: the same log as CSV, NDJSON and Parquet, and one with flaws. */
export const FORMATS = ['csv', 'dirty', 'ndjson', 'parquet'] as const
export type InputFormat = (typeof FORMATS)[number]

export interface Input {
  format: InputFormat
  path: string
  bytes: number
  /** What is in it, counted by the generator. */
  tally: Tally
}

/** Made once, kept for the next time. */
export const cacheFolder = fileURLToPath(new URL('../../.cache/bench', import.meta.url))
export const inCache = (name: string): string => join(cacheFolder, name)

/** A CSV of more events is made only to become a Parquet file, and then removed. */
const MOST_EVENTS_OF_KEPT_CSV = 10_000_000

/** About so many events in a format, from the cache where they are there. */
export async function inputOf(events: number, format: InputFormat): Promise<Input> {
  mkdirSync(cacheFolder, { recursive: true })
  const { path, tally } = await make[format](events)
  return { format, path, bytes: statSync(path).size, tally }
}

const make: Record<InputFormat, (events: number) => Promise<{ path: string; tally: Tally }>> = {
  csv: (events) => generated(`events-${events}`, 'csv', cleanOptions(events)),
  dirty: (events) =>
    generated(`events-dirty-${events}`, 'csv', { events, seed: 'bench', duplicates: 0.01, badRows: 0.05 }),
  ndjson: (events) => generated(`events-${events}`, 'ndjson', cleanOptions(events)),
  parquet: parquetOf,
}

/** Bad rows would end the bare conversions. */
function cleanOptions(events: number): GeneratorOptions {
  return { events, seed: 'bench', duplicates: 0.002 }
}

async function generated(
  name: string,
  format: 'csv' | 'ndjson',
  options: GeneratorOptions,
): Promise<{ path: string; tally: Tally }> {
  const path = inCache(`${name}.${format}`)
  const truth = inCache(`${name}.json`)
  if (!existsSync(path) || !existsSync(truth)) {
    tell(options.events, format)
    await runCommand({ options, format, gzip: false, out: path, truth })
  }
  return { path, tally: tallyIn(truth) }
}

/** Written by another program than the one that reads it, with one column an attribute. */
async function parquetOf(events: number): Promise<{ path: string; tally: Tally }> {
  const path = inCache(`events-${events}.parquet`)
  const truth = inCache(`events-${events}.json`)
  if (existsSync(path) && existsSync(truth)) return { path, tally: tallyIn(truth) }
  const csv = await make.csv(events)
  tell(events, 'Parquet')
  const types = "{event_id: 'varchar', user_id: 'varchar', variant_id: 'varchar', timestamp: 'timestamptz'}"
  const partial = `${path}.partial`
  await askDuckDb(
    `copy (from read_csv(${quoted(csv.path)}, header = true, delim = ',', types = ${types})) to ${quoted(partial)} (format parquet, compression zstd)`,
  )
  renameSync(partial, path)
  if (events > MOST_EVENTS_OF_KEPT_CSV) rmSync(csv.path)
  return { path, tally: csv.tally }
}

function tallyIn(path: string): Tally {
  return (JSON.parse(readFileSync(path, 'utf8')) as { produced: Tally }).produced
}

function tell(events: number, format: string): void {
  console.log(`Making ${events.toLocaleString('en-US')} events as ${format} ...`)
}

const LINE_BREAK = 0x0a

/** Where the first so many lines of a file end, in bytes. */
export async function endOfLines(path: string, lines: number): Promise<number> {
  let before = 0
  let left = lines
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 }) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(LINE_BREAK); at >= 0; at = chunk.indexOf(LINE_BREAK, at + 1)) {
      if (--left === 0) return before + at + 1
    }
    before += chunk.length
  }
  throw new RangeError(`${path} has fewer than ${lines} lines: remove it, so that it is made anew.`)
}
