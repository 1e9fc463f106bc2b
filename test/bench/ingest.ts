import { openAsBlob } from 'node:fs'
import { BARE_TOOLS, convertBare, type BareFigures, type BareTool } from './bare/run-bare.ts'
import { expectEqual, loopFigures, metersOf, withServer } from './bench-server.ts'
import type { Input, InputFormat } from './inputs.ts'
import type { ProcessFigures } from './measure-process.ts'
import type { EventLoopFigures } from './watch-event-loop.ts'

/** One ingestion of a file, and its bare conversions right before it. */
export interface IngestRun {
  bare: Record<BareTool, BareFigures>
  /** From the first byte sent until the server has stored them all. */
  uploadMs: number
  /** From there until the rows are part of the data. */
  landingMs: number
  child: ProcessFigures
  api: ProcessFigures
  loop: EventLoopFigures
}

/** A file, and its runs. */
export interface IngestResult {
  format: InputFormat
  rows: number
  bytes: number
  runs: IngestRun[]
}

/** What the server calls a file: its content counts, the name is for people. */
const fileNames: Record<InputFormat, string> = {
  csv: 'events.csv',
  dirty: 'events.csv',
  ndjson: 'events.ndjson',
  parquet: 'events.parquet',
}

/** Ingests a file several times, each time into a new server, beside its bare conversions. */
export async function benchIngest(input: Input, runs: number): Promise<IngestResult> {
  const result: IngestResult = { format: input.format, rows: input.tally.rows, bytes: input.bytes, runs: [] }
  for (let k = 0; k < runs; k++) result.runs.push(await ingestOnce(input))
  return result
}

async function ingestOnce(input: Input): Promise<IngestRun> {
  const bare = {} as Record<BareTool, BareFigures>
  for (const tool of BARE_TOOLS) bare[tool] = await convertBare(tool, input)
  return withServer({}, async ({ server, client, experiment }) => {
    const meters = metersOf(server)
    const file = await openAsBlob(input.path)
    const started = performance.now()
    const upload = client.uploadEvents({ experimentId: experiment.id, file, fileName: fileNames[input.format] })
    await upload.payload
    const uploadMs = performance.now() - started
    const storedAt = Date.now()
    const batch = await upload.result()
    const { child, api } = await meters.stop()
    const { goodRows, duplicates, badRows } = input.tally
    expectEqual('accepted rows', batch.accepted, goodRows + duplicates)
    expectEqual('duplicates', batch.duplicates, duplicates)
    expectEqual('rejected rows', batch.rejected, badRows)
    expectEqual('events', batch.events, goodRows)
    // The job goes on after the landing with what follows from it; server and bench have one clock.
    const landingMs = Date.parse(batch.landedAt!) - storedAt
    return { bare, uploadMs, landingMs, child, api, loop: await loopFigures(server) }
  })
}
