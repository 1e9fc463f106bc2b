import { execFile } from 'node:child_process'
import { existsSync, openAsBlob, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { createClient, type Analysis, type FairliftClient } from '@fairlift/sdk'
import Table from 'cli-table3'
import { runCommand, type Tally } from '../../datasets/generate.ts'
import { computeChildrenOf, signal } from '../testkit/processes.ts'
import { startServer, type TestServer } from '../testkit/server.ts'
import { until } from '../testkit/until.ts'
import { ProcessMeter, type ProcessFigures } from './measure-process.ts'
import type { EventLoopFigures } from './watch-event-loop.ts'

/**
 * `pnpm bench`: ingestion beside a bare conversion of the same file, and the analysis of what landed, through the API as
 * a user would. Ratios are those of runs that followed each other; the absolute figures are the machine's.
 */
const USAGE = 'Usage: pnpm bench [--events 1000000,10000000] [--runs 3]'
const folder = fileURLToPath(new URL('../../.cache/bench', import.meta.url))
const inFolder = (name: string): string => join(folder, name)
const loopFile = inFolder('event-loop.json')
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

interface Run {
  bare: ProcessFigures & { wallMs: number }
  ingest: { uploadMs: number; wallMs: number; childCpuMs: number; childPeakBytes: number; apiPeakBytes: number }
  analyse: { wallMs: number; computedMs: number; childPeakBytes: number; apiPeakBytes: number }
  loop: EventLoopFigures
  rows: number
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      events: { type: 'string', default: '1000000,10000000' },
      runs: { type: 'string', default: '3' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return console.log(USAGE)
  mkdirSync(folder, { recursive: true })
  console.log(
    `\n${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, ${gigabytes(totalmem())}, Node ${process.versions.node}, ${process.platform}\n`,
  )
  for (const events of values.events.split(',').map(Number)) {
    if (!Number.isSafeInteger(events) || events < 1) throw new RangeError(`--events must be counts. ${USAGE}`)
    const { file, tally } = await eventLog(events)
    const runs: Run[] = []
    for (let k = 0; k < Number(values.runs); k++) runs.push(await measure(file, tally))
    report(file, runs)
  }
}

/** The log of a seed: made once, kept for the next time. */
async function eventLog(events: number): Promise<{ file: string; tally: Tally }> {
  const file = inFolder(`events-${events}.csv`)
  const truth = inFolder(`events-${events}.json`)
  if (!existsSync(file) || !existsSync(truth)) {
    console.log(`Making ${events.toLocaleString('en-US')} events ...`)
    // Bad rows would end the bare conversion.
    const options = { events, seed: 'bench', duplicates: 0.002 }
    await runCommand({ options, format: 'csv', gzip: false, out: file, truth })
  }
  return { file, tally: (JSON.parse(readFileSync(truth, 'utf8')) as { produced: Tally }).produced }
}

async function measure(file: string, tally: Tally): Promise<Run> {
  const converted = inFolder('bare.parquet')
  const { stdout } = await promisify(execFile)(process.execPath, [here('bare-conversion.ts'), file, converted])
  const bare = JSON.parse(stdout) as Run['bare']
  rmSync(converted, { force: true })
  const server = await startServer({
    env: {
      NODE_OPTIONS: `--import tsx --import ${here('watch-event-loop.ts')}`,
      BENCH_LOOP_FILE: loopFile,
    },
  })
  const client = createClient({ url: server.url })
  try {
    const experiment = await client.createExperiment({
      key: 'bench',
      name: 'Bench',
      startAt: '2026-06-01T00:00:00Z',
      endAt: '2026-06-29T00:00:00Z',
    })
    await until('the compute child should be ready', () => computeChildrenOf(server.pid).length > 0)
    await loopFigures(server) // begins anew
    const ingest = await measureIngest(client, server, { file, experimentId: experiment.id, tally })
    const analyse = await measureAnalysis(client, server, { experimentId: experiment.id, tally })
    return { bare, ingest, analyse, loop: await loopFigures(server), rows: tally.rows }
  } catch (error) {
    console.error(server.logs())
    throw error
  } finally {
    client.close()
    await server.stop()
  }
}

async function measureIngest(
  client: FairliftClient,
  server: TestServer,
  { file, experimentId, tally }: { file: string; experimentId: string; tally: Tally },
): Promise<Run['ingest']> {
  const meters = metersOf(server)
  const started = performance.now()
  const upload = client.uploadEvents({ experimentId, file: await openAsBlob(file), fileName: 'events.csv' })
  await upload.payload
  const uploadMs = performance.now() - started
  const batch = await upload.result()
  const wallMs = performance.now() - started
  const { child, api } = await meters.stop()
  expectEqual('accepted rows', batch.accepted, tally.goodRows + tally.duplicates)
  expectEqual('duplicates', batch.duplicates, tally.duplicates)
  return { uploadMs, wallMs, childCpuMs: child.cpuMs, childPeakBytes: child.peakBytes, apiPeakBytes: api.peakBytes }
}

async function measureAnalysis(
  client: FairliftClient,
  server: TestServer,
  { experimentId, tally }: { experimentId: string; tally: Tally },
): Promise<Run['analyse']> {
  const meters = metersOf(server)
  const started = performance.now()
  const analysis = await client.runAnalysis({ experimentId }).result()
  const wallMs = performance.now() - started
  const { child, api } = await meters.stop()
  checkAnswer(analysis, tally)
  return { wallMs, computedMs: analysis.durationMs, childPeakBytes: child.peakBytes, apiPeakBytes: api.peakBytes }
}

/** What is fast and wrong is of no use: the counts are those that the generator kept. */
function checkAnswer({ results, variants }: Analysis, { perVariant }: Tally): void {
  perVariant.forEach(({ name, visitors, converted }, place) => {
    expectEqual(`users of ${name}`, variants.find(({ variant }) => variant.key === name)?.users, visitors)
    const conversion = results.find(({ metric }) => metric.key === 'conversion')
    const arm = place === 0 ? conversion?.controlStatistics : conversion?.treatmentStatistics
    expectEqual(`converted users of ${name}`, arm?.total, converted)
  })
}

function expectEqual(what: string, found: number | null | undefined, expected: number): void {
  if (found !== expected) throw new Error(`The answer is wrong: ${what} are ${found}, and should be ${expected}.`)
}

function metersOf(server: TestServer): {
  stop(): Promise<Record<'api' | 'child', ProcessFigures>>
} {
  const child = new ProcessMeter(() => computeChildrenOf(server.pid))
  const api = new ProcessMeter(() => [server.pid])
  return { stop: async () => ({ child: await child.stop(), api: await api.stop() }) }
}

async function loopFigures(server: TestServer): Promise<EventLoopFigures> {
  rmSync(loopFile, { force: true })
  signal(server.pid, 'SIGUSR2')
  await until('the server should tell of its event loop', () => existsSync(loopFile) && statSync(loopFile).size > 0)
  return JSON.parse(readFileSync(loopFile, 'utf8')) as EventLoopFigures
}

/** Of a table, its lines: there are none. */
const LINES = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
  'left',
  'left-mid',
  'mid',
  'mid-mid',
  'right',
  'right-mid',
  'middle',
]

function report(file: string, runs: Run[]): void {
  const rows = runs[0]!.rows
  const table = new Table({
    head: ['', 'median', 'min', 'max'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: Object.fromEntries(LINES.map((name) => [name, ''])),
  })
  const line = (name: string, of: (run: Run) => number, show: (value: number) => string): void => {
    const sorted = runs.map(of).sort((a, b) => a - b)
    const median = sorted[Math.floor((sorted.length - 1) / 2)]!
    table.push([name, ...[median, sorted[0]!, sorted.at(-1)!].map(show)])
  }
  line('Bare conversion: wall', ({ bare }) => bare.wallMs, seconds)
  line('Bare conversion: peak memory', ({ bare }) => bare.peakBytes, megabytes)
  line('Ingestion, from upload to landed: wall', ({ ingest }) => ingest.wallMs, seconds)
  line('  of it the upload', ({ ingest }) => ingest.uploadMs, seconds)
  line(
    '  rows a second',
    ({ ingest }) => (rows / ingest.wallMs) * 1000,
    (count) => Math.round(count).toLocaleString('en-US'),
  )
  line('  ratio to the bare conversion: wall', ({ ingest, bare }) => ingest.wallMs / bare.wallMs, times)
  line('  ratio without the upload: wall', ({ ingest, bare }) => (ingest.wallMs - ingest.uploadMs) / bare.wallMs, times)
  line('  ratio of the compute child: processor', ({ ingest, bare }) => ingest.childCpuMs / bare.cpuMs, times)
  line('  peak memory of the compute child', ({ ingest }) => ingest.childPeakBytes, megabytes)
  line('  peak memory of the API', ({ ingest }) => ingest.apiPeakBytes, megabytes)
  line('Analysis of three metrics, asked to answered: wall', ({ analyse }) => analyse.wallMs, seconds)
  line('  of it the computation', ({ analyse }) => analyse.computedMs, seconds)
  line('  peak memory of the compute child', ({ analyse }) => analyse.childPeakBytes, megabytes)
  line('  peak memory of the API', ({ analyse }) => analyse.apiPeakBytes, megabytes)
  line('Event loop of the API: most work between two turns', ({ loop }) => loop.longestTurnMs, milliseconds)
  line('Event loop of the API: longest wait', ({ loop }) => loop.longestWaitMs, milliseconds)
  console.log(`${rows.toLocaleString('en-US')} rows, ${megabytes(statSync(file).size)} of CSV, ${runs.length} runs`)
  console.log(`${table.toString()}\n`)
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`
const milliseconds = (ms: number): string => `${ms.toFixed(0)} ms`
const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20).toLocaleString('en-US')} MB`
const gigabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 30)} GB`
const times = (ratio: number): string => `${ratio.toFixed(2)}×`

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
