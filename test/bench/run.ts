import { parseArgs } from 'node:util'
import { benchAnalysis } from './analysis.ts'
import { keepReport } from './benchmarks-file.ts'
import { benchCopy } from './copy.ts'
import { benchIngest, type IngestResult } from './ingest.ts'
import { FORMATS, inputOf, type InputFormat } from './inputs.ts'
import { describeMachine } from './machine.ts'
import { analysisReport, copyReport, ingestReport, smallBatchReport, type Report } from './report.ts'
import { benchModels } from './models.ts'
import { modelsReport } from './models-report.ts'
import { benchSmallBatch } from './small-batch.ts'
import { benchStatistics, statisticsReport } from './statistics.ts'

/**
 * `pnpm bench`: ingestion beside bare conversions of the same file, analysis beside the same question asked of DuckDB, a
 * small batch beside the first load, models beside fits of rows, the copy to PostgreSQL, and the statistics alone. Ratios are those of runs that followed each other; the
 * absolute figures are the machine's.
 */
const USAGE = `Usage: pnpm bench [options]
  --events LIST    numbers of events (1000000,10000000)
  --runs N         how often everything is measured (3)
  --only LIST      ingest, analysis, batch, models, copy, statistics (all)
  --formats LIST   ${FORMATS.join(', ')} (all); the others of --only use the first one but dirty
  --python PATH    a Python with scikit-learn, statsmodels, pandas and pyarrow, for models (python3)
  --write          put the tables into docs/benchmarks.md`

const PARTS = ['ingest', 'analysis', 'batch', 'models', 'copy', 'statistics'] as const
type Part = (typeof PARTS)[number]

interface Wanted {
  events: number[]
  runs: number
  parts: Part[]
  formats: InputFormat[]
  python: string
  isKept: boolean
}

function wantedFrom(args: string[]): Wanted | null {
  const { values } = parseArgs({
    args,
    options: {
      events: { type: 'string', default: '1000000,10000000' },
      runs: { type: 'string', default: '3' },
      only: { type: 'string', default: PARTS.join() },
      formats: { type: 'string', default: FORMATS.join() },
      python: { type: 'string', default: 'python3' },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  return {
    events: values.events.split(',').map((text) => countFrom('--events', text)),
    runs: countFrom('--runs', values.runs),
    parts: PARTS.filter((part) => namesFrom('--only', values.only, PARTS).includes(part)),
    formats: namesFrom('--formats', values.formats, FORMATS),
    python: values.python,
    isKept: values.write,
  }
}

function countFrom(option: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new RangeError(`${option} must be a whole number from 1 on, got '${text}'.`)
}

function namesFrom<Name extends string>(option: string, text: string, known: readonly Name[]): Name[] {
  return text.split(',').map((name) => {
    const found = known.find((one) => one === name)
    if (found === undefined) throw new RangeError(`${option} must be of ${known.join(', ')}; got '${name}'.`)
    return found
  })
}

async function main(): Promise<void> {
  const wanted = wantedFrom(process.argv.slice(2))
  if (wanted === null) return console.log(USAGE)
  const machine = describeMachine()
  console.log(`\n${machine}\n`)
  const tell = (name: string, report: Report): void => {
    console.log(`${report.title}\n\n${report.text}\n`)
    if (wanted.isKept) keepReport(name, report, machine)
  }
  // They see aggregates only: the number of events is nothing to them.
  if (wanted.parts.includes('statistics')) tell('statistics', statisticsReport(await benchStatistics()))
  for (const events of wanted.events) {
    for (const part of wanted.parts) {
      if (part !== 'statistics') tell(`${part} ${events}`, await reports[part](events, wanted))
    }
  }
}

const reports: Record<Exclude<Part, 'statistics'>, (events: number, wanted: Wanted) => Promise<Report>> = {
  ingest: async (events, { formats, runs }) => {
    const results: IngestResult[] = []
    for (const format of formats) results.push(await benchIngest(await inputOf(events, format), runs))
    return ingestReport(events, results)
  },
  analysis: async (events, wanted) =>
    analysisReport(events, await benchAnalysis(await inputOf(events, cleanFormat(wanted)), wanted.runs)),
  batch: async (events, wanted) =>
    // The file is cut by lines.
    smallBatchReport(events, await benchSmallBatch(await inputOf(events, 'csv'), wanted.runs)),
  models: async (events, wanted) =>
    modelsReport(events, await benchModels(await inputOf(events, cleanFormat(wanted)), wanted.runs, wanted.python)),
  copy: async (events, wanted) => copyReport(events, await benchCopy(await inputOf(events, cleanFormat(wanted)))),
}

function cleanFormat({ formats }: Wanted): InputFormat {
  return formats.find((format) => format !== 'dirty') ?? 'csv'
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  console.error('--help lists the options.')
  process.exitCode = 1
})
