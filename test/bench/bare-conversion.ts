import pl from 'nodejs-polars'

// The yardstick of ingestion: the same file, by the same library, from CSV to Parquet and nothing else. No check, no
// duplicates, no types but those it guesses. Usage: bare-conversion.ts FROM TO; prints what it took.
const [from, to] = process.argv.slice(2) as [string, string]
const started = performance.now()
const before = process.cpuUsage()
await pl.scanCSV(from, { inferSchemaLength: 1000 }).sinkParquet(to, { compression: 'zstd' }).collect()
const { user, system } = process.cpuUsage(before)
const wallMs = performance.now() - started
process.stdout.write(
  JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, peakBytes: process.resourceUsage().maxRSS * 1024 }),
)
