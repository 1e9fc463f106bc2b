import type { AnalysisResult, QuestionFigures } from './analysis.ts'
import type { CopyFigures } from './copy.ts'
import {
  count,
  goals,
  medianOf,
  megabytes,
  milliseconds,
  percent,
  seconds,
  spreadOf,
  times,
  verdict,
  type Goal,
} from './figures.ts'
import type { IngestResult, IngestRun } from './ingest.ts'
import type { InputFormat } from './inputs.ts'
import type { SmallBatchRun } from './small-batch.ts'
import { textTable } from './text-table.ts'

/** A table with its title, as it is printed and kept. */
export interface Report {
  title: string
  text: string
}

const formatNames: Record<InputFormat, string> = {
  csv: 'CSV',
  dirty: 'dirty CSV',
  ndjson: 'NDJSON',
  parquet: 'Parquet',
}

/** Rates and ratios of ingestion, one column a file. */
export function ingestReport(events: number, results: IngestResult[]): Report {
  const rows: string[][] = []
  const line = (name: string, of: (run: IngestRun, result: IngestResult) => number, show: (value: number) => string) =>
    rows.push([name, ...results.map((result) => show(medianOf(result.runs.map((run) => of(run, result)))))])
  const judged = (name: string, goal: Goal, of: (run: IngestRun) => number, formats?: InputFormat[]) =>
    rows.push([
      `  goal: ${goal.text}${name}`,
      ...results.map(({ format, runs }) =>
        formats === undefined || formats.includes(format) ? verdict(goal, medianOf(runs.map(of))) : '',
      ),
    ])
  rows.push(['rows', ...results.map((result) => count(result.rows))])
  rows.push(['file', ...results.map(({ bytes }) => megabytes(bytes))])
  line('bare conversion, Polars: wall', ({ bare }) => bare.polars.wallMs, seconds)
  line('  processor', ({ bare }) => bare.polars.cpuMs, seconds)
  line('  peak memory', ({ bare }) => bare.polars.peakBytes, megabytes)
  line('bare conversion, DuckDB: wall', ({ bare }) => bare.duckdb.wallMs, seconds)
  line('  processor', ({ bare }) => bare.duckdb.cpuMs, seconds)
  line('  peak memory', ({ bare }) => bare.duckdb.peakBytes, megabytes)
  line('Fairlift: upload', ({ uploadMs }) => uploadMs, seconds)
  line('  uploaded to landed', ({ landingMs }) => landingMs, seconds)
  line(
    '  rows a second, upload to landed',
    ({ uploadMs, landingMs }, result) => (result.rows / (uploadMs + landingMs)) * 1000,
    count,
  )
  line('  rows a second, uploaded to landed', ({ landingMs }, result) => (result.rows / landingMs) * 1000, count)
  line('uploaded to landed, ratio to Polars', (run) => run.landingMs / run.bare.polars.wallMs, times)
  const toDuckDb = (run: IngestRun): number => run.landingMs / run.bare.duckdb.wallMs
  line('uploaded to landed, ratio to DuckDB', toDuckDb, times)
  rows.push([
    '  least and greatest',
    ...results.map(({ runs }) => {
      const { least, greatest } = spreadOf(runs.map(toDuckDb))
      return `${least.toFixed(2)}, ${greatest.toFixed(2)}`
    }),
  ])
  judged('', goals.ingest, toDuckDb, ['csv', 'dirty'])
  line('upload to landed, ratio to DuckDB', (run) => (run.uploadMs + run.landingMs) / run.bare.duckdb.wallMs, times)
  line('compute child: processor', ({ child }) => child.cpuMs, seconds)
  line('  peak memory', ({ child }) => child.peakBytes, megabytes)
  judged('', goals.childMemory, ({ child }) => child.peakBytes)
  line('API: processor', ({ api }) => api.cpuMs, seconds)
  line('  peak memory', ({ api }) => api.peakBytes, megabytes)
  judged('', goals.apiMemory, ({ api }) => api.peakBytes)
  line('event loop of the API: longest turn', ({ loop }) => loop.longestTurnMs, milliseconds)
  line('  longest wait', ({ loop }) => loop.longestWaitMs, milliseconds)
  return {
    title: `Ingestion of ${count(events)} events, median of ${runsOf(results[0]!.runs.length)}`,
    text: textTable(['', ...results.map(({ format }) => formatNames[format])], rows),
  }
}

/** Questions and answers, one row a question. */
export function analysisReport(events: number, result: AnalysisResult): Report {
  const { engine, api, unitTable, process } = result
  const row = (prefix: string, { name, duckDbMs, unitTableMs, eventsMs }: QuestionFigures, isJudged: boolean) => {
    const [bare, table, parts] = [duckDbMs, unitTableMs, eventsMs].map(medianOf) as [number, number, number]
    const judge = (goal: Goal, ratio: number) => (isJudged ? verdict(goal, ratio) : '')
    return [
      `${prefix}: ${name}`,
      seconds(bare),
      seconds(table),
      times(bare / table),
      judge(goals.unitTable, bare / table),
      seconds(parts),
      times(bare / parts),
      judge(goals.events, bare / parts),
    ]
  }
  const table = textTable(
    ['', 'DuckDB', 'unit table', 'faster', '', 'events', 'faster', ''],
    [
      [
        '  goal',
        '',
        '',
        goals.unitTable.text.replace('at least ', '≥ '),
        '',
        '',
        goals.events.text.replace('at least ', '≥ '),
      ],
      ...engine.map((figures) => row('engine', figures, true)),
      ...api.map((figures) => row('API', figures, false)),
    ],
  )
  const beside = [
    `${count(result.users)} users compared; the attributes have ${result.segments} values together.`,
    `The unit table of all events: made in ${seconds(unitTable.makingMs)}, ${megabytes(unitTable.bytes)}.`,
    `Peak memory while asked through the API: compute child ${megabytes(process.child.peakBytes)} (goal: ${goals.childMemory.text}, ${verdict(goals.childMemory, process.child.peakBytes)}), API ${megabytes(process.api.peakBytes)} (${goals.apiMemory.text}, ${verdict(goals.apiMemory, process.api.peakBytes)}).`,
  ]
  return {
    title: `Analysis of three metrics over ${count(events)} events, median of ${runsOf(engine[0]!.duckDbMs.length)}`,
    text: [table, ...beside.map(wrapped)].join('\n'),
  }
}

/** The last percent of a log beside the rest of it. */
export function smallBatchReport(events: number, runs: SmallBatchRun[]): Report {
  const rows: string[][] = []
  const line = (name: string, of: (run: SmallBatchRun) => number, show: (value: number) => string, goal?: Goal) => {
    const { median, least, greatest } = spreadOf(runs.map(of))
    const judged = goal === undefined ? [] : [goal.text, verdict(goal, median)]
    rows.push([name, show(median), show(least), show(greatest), ...judged])
  }
  line('first load: rows', ({ first }) => first.rows, count)
  line('  upload to result', ({ first }) => first.toResultMs, seconds)
  line('  of it the upload', ({ first }) => first.uploadMs, seconds)
  line('  landed to result', ({ first }) => first.landedToResultMs, seconds)
  line('batch on top: rows', ({ last }) => last.rows, count)
  line('  upload to result', ({ last }) => last.toResultMs, seconds)
  line('  of it the upload', ({ last }) => last.uploadMs, seconds)
  line('  landed to result', ({ last }) => last.landedToResultMs, seconds, goals.landedToResult)
  line('  share of the first load', ({ first, last }) => last.toResultMs / first.toResultMs, percent, goals.lastBatch)
  return {
    title: `A batch of 1 % on top of ${count(events)} events (${count(runs[0]!.users)} users compared), ${runsOf(runs.length)}`,
    text: textTable(['', 'median', 'least', 'greatest', 'goal', ''], rows),
  }
}

/** What the background copy does in a second. */
export function copyReport(events: number, { rows, wallMs }: CopyFigures): Report {
  return {
    title: `Copy of ${count(events)} events to PostgreSQL, 1 run`,
    text: textTable(
      ['rows', count(rows)],
      [
        ['first job begun to last job ended', seconds(wallMs)],
        ['rows a second', count((rows / wallMs) * 1000)],
      ],
    ),
  }
}

const runsOf = (runs: number): string => (runs === 1 ? '1 run' : `${runs} runs`)

const WIDTH = 100

function wrapped(text: string): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const longer = lines.at(-1) === '' ? word : `${lines.at(-1)} ${word}`
    if (longer.length > WIDTH) lines.push(`  ${word}`)
    else lines[lines.length - 1] = longer
  }
  return lines.join('\n')
}
