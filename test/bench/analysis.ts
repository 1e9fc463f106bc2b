import { mkdtempSync, openAsBlob, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Experiment } from '@fairlift/sdk'
import { askDuckDb, quoted } from '../testkit/duckdb.ts'
import { expectSameAnalysis, expectSameGroups } from './analysis-check.ts'
import {
  API_ATTRIBUTE,
  questionsOf,
  type DuckDbAnswer,
  type EngineAnswer,
  type EngineRequest,
  type PartFile,
} from './analysis-question.ts'
import { runScript } from './bare/run-bare.ts'
import { expectEqual, metersOf, untilIdle, withServer, type BenchServer } from './bench-server.ts'
import type { Input } from './inputs.ts'
import type { ProcessFigures } from './measure-process.ts'

/** What a question took, each time it was asked, in milliseconds. */
export interface QuestionFigures {
  name: string
  duckDbMs: number[]
  unitTableMs: number[]
  eventsMs: number[]
}

export interface AnalysisResult {
  rows: number
  users: number
  segments: number
  engine: QuestionFigures[]
  api: QuestionFigures[]
  /** The unit table, made from all events at once. */
  unitTable: { makingMs: number; bytes: number }
  process: Record<'api' | 'child', ProcessFigures>
}

interface EngineResult {
  unitTable: { makingMs: number; bytes: number; units: number; exposedUnits: number }
  answers: EngineAnswer[]
}

/** So many days that every event counts: a question with a bound in days is answered from the events. */
const MANY_DAYS = 10_000
const MOST_SEGMENTS = 50
/** An answer takes a fraction of a second: it is asked for more often than a file is ingested. */
const LEAST_RUNS = 5

/** Asks about three metrics through the API, of the engine alone, and of DuckDB, and compares what they say. */
export async function benchAnalysis(input: Input, leastRuns: number): Promise<AnalysisResult> {
  const runs = Math.max(LEAST_RUNS, leastRuns)
  return withServer({}, async (bench) => {
    const { client, server, experiment } = bench
    const file = await openAsBlob(input.path)
    await client.uploadEvents({ experimentId: experiment.id, file }).result()
    await untilIdle(client)
    const folder = join(server.dataDir, 'files', 'objects', 'curated', experiment.id, 'events')
    const parts = await partsIn(folder)
    const events = parts.reduce((sum, part) => sum + part.rows, 0)
    expectEqual('events in the parts', events, input.tally.goodRows)
    const { engine, duckDb } = await askAlone(parts, experiment, runs)
    const meters = metersOf(server)
    const api: QuestionFigures[] = []
    for (const [name, segmentBy] of [
      ['all users', null],
      [`by ${API_ATTRIBUTE}`, API_ATTRIBUTE],
    ] as const) {
      const answer = duckDb.find((one) => one.name === name)!
      const plan = engine.answers.find((one) => one.name === name)!
      const ask = (fromEvents: boolean): Promise<number[]> =>
        askServer(bench, runs, { segmentBy, fromEvents }, { ...plan, groups: answer.groups })
      api.push({ name, duckDbMs: answer.ms, unitTableMs: await ask(false), eventsMs: await ask(true) })
    }
    const all = engine.answers[0]!.unitTable
    const users = all.reduce((sum, { n }) => sum + n, 0)
    const visitors = input.tally.perVariant.reduce((sum, variant) => sum + variant.visitors, 0)
    expectEqual('users', users, visitors)
    return {
      rows: input.tally.rows,
      users,
      segments: engine.answers[2]!.unitTable.length / experiment.variants.length - 1,
      engine: engine.answers.map(({ name, unitTableMs, eventsMs }, index) => ({
        name,
        unitTableMs,
        eventsMs,
        duckDbMs: duckDb[index]!.ms,
      })),
      api,
      unitTable: engine.unitTable,
      process: await meters.stop(),
    }
  })
}

/** Asks engine and DuckDB, each in a process of its own, one after the other. */
async function askAlone(
  parts: PartFile[],
  experiment: Experiment,
  runs: number,
): Promise<{ engine: EngineResult; duckDb: DuckDbAnswer[] }> {
  const questions = questionsOf(experiment)
  const { startAt, endAt, variants } = experiment
  const window = { from: startAt!, to: endAt!, daysSinceExposure: null }
  const request: EngineRequest = { parts, variants: variants.map(({ id }) => id), window, questions, runs }
  const folder = mkdtempSync(join(tmpdir(), 'fairlift-bench-'))
  const path = join(folder, 'request.json')
  try {
    writeFileSync(path, JSON.stringify(request))
    const engine = await runScript<EngineResult>('../../../api/src/engine/engine.bench.ts', [path])
    const planned = engine.answers.map(({ name, measures, pairs }, index) => ({
      name,
      measures,
      pairs,
      segments: questions[index]!.segments,
    }))
    writeFileSync(path, JSON.stringify({ ...request, questions: planned }))
    const duckDb = await runScript<DuckDbAnswer[]>('./analyse.ts', [path])
    for (const [index, { name, unitTable, events }] of engine.answers.entries()) {
      expectSameGroups(`${name}, unit table and DuckDB`, unitTable, duckDb[index]!.groups)
      expectSameGroups(`${name}, events and DuckDB`, events, duckDb[index]!.groups)
    }
    return { engine, duckDb }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What it takes from asking to the answer in hand. Each time it is another question, or the first answer would be given. */
async function askServer(
  { client, experiment }: BenchServer,
  runs: number,
  { segmentBy, fromEvents }: { segmentBy: string | null; fromEvents: boolean },
  expected: Parameters<typeof expectSameAnalysis>[1],
): Promise<number[]> {
  const ms: number[] = []
  for (let k = 0; k <= runs; k++) {
    const started = performance.now()
    const analysis = await client
      .runAnalysis({
        experimentId: experiment.id,
        level: 0.95 + k / 1000,
        segmentBy,
        segmentTop: segmentBy === null ? null : MOST_SEGMENTS,
        daysSinceExposure: fromEvents ? MANY_DAYS : null,
      })
      .result()
    if (k > 0) ms.push(performance.now() - started)
    expectEqual('the tables read', analysis.engine.includes('unit table'), !fromEvents)
    expectSameAnalysis(analysis, expected)
  }
  return ms
}

/** The parts of an experiment's events, with what their manifests say. */
export async function partsIn(folder: string): Promise<PartFile[]> {
  const paths = readdirSync(folder)
    .filter((name) => name.endsWith('.parquet'))
    .map((name) => join(folder, name))
  return askDuckDb<PartFile>(
    `select filename as path, count(*)::double as rows, floor(epoch_us(min(time)) / 1000)::double as minTimeMs,
      ceil(epoch_us(max(time)) / 1000)::double as maxTimeMs
    from read_parquet([${paths.map(quoted).join(', ')}], filename = true) group by filename order by min(time)`,
  )
}
