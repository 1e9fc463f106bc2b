import { rmSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import pl, { type LazyDataFrame } from 'nodejs-polars'
import { quoted } from '../../testkit/duckdb.ts'
import type { InputFormat } from '../inputs.ts'
import { cores } from '../machine.ts'
import type { BareFigures, BareTool } from './run-bare.ts'

// The yardstick of ingestion: the same file, from its format to Parquet (zstd) and nothing else. No check, no duplicates, no
// types but those that are guessed. A file with bad rows is read as text only, or it would end the conversion; fields too
// many or too few are cut or filled by Polars, and such rows left out by DuckDB.
// Usage: convert.ts TOOL FORMAT FROM TO; prints what it took.
const [tool, format, from, to] = process.argv.slice(2) as [BareTool, InputFormat, string, string]

const scans: Record<InputFormat, () => LazyDataFrame> = {
  csv: () => pl.scanCSV(from, { inferSchemaLength: 1000 }),
  dirty: () => pl.scanCSV(from, { inferSchemaLength: 0, ignoreErrors: true, truncateRaggedLines: true }),
  // Columns that are empty at first must be looked for in the whole file, or the conversion ends at their first value.
  ndjson: () => pl.scanJson(from, { inferSchemaLength: null }),
  parquet: () => pl.scanParquet(from),
}

const relations: Record<InputFormat, string> = {
  csv: `read_csv(${quoted(from)})`,
  dirty: `read_csv(${quoted(from)}, header = true, delim = ',', all_varchar = true, ignore_errors = true)`,
  ndjson: `read_ndjson(${quoted(from)})`,
  parquet: `read_parquet(${quoted(from)})`,
}

const convert: Record<BareTool, () => Promise<unknown>> = {
  polars: () => scans[format]().sinkParquet(to, { compression: 'zstd' }).collect(),
  duckdb: async () => {
    const instance = await DuckDBInstance.create(':memory:', { threads: String(cores) })
    const connection = await instance.connect()
    await connection.run(`copy (from ${relations[format]}) to ${quoted(to)} (format parquet, compression zstd)`)
  },
}

const started = performance.now()
const before = process.cpuUsage()
await convert[tool]()
const { user, system } = process.cpuUsage(before)
const wallMs = performance.now() - started
rmSync(to, { force: true })
const figures: BareFigures = {
  wallMs,
  cpuMs: (user + system) / 1000,
  peakBytes: process.resourceUsage().maxRSS * 1024,
}
process.stdout.write(JSON.stringify(figures))
