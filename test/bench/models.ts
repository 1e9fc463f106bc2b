import { execFile } from 'node:child_process'
import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Model, TrainModelInput } from '@fairlift/sdk'
import { type CardJson, cardAt } from '../testkit/scored-users.ts'
import { partsIn } from './analysis.ts'
import type { PartFile } from './analysis-question.ts'
import { runScript } from './bare/run-bare.ts'
import { expectEqual, metersOf, untilIdle, withServer, type BenchServer } from './bench-server.ts'
import type { Input } from './inputs.ts'
import type { ProcessFigures } from './measure-process.ts'
import { rowsStatement, scanStatement } from './model-rows.ts'

/** A fit of the same users by another program, one row a user. */
export interface RowFit {
  name: string
  rows: number
  fitMs: number
  /** The same by the solver that the program chooses by itself, where it is another one. */
  usualMs: number | null
  /** Cross-validation of as many folds as ours, where it was done too. */
  foldsMs: number | null
  peakBytes: number
  /** Largest difference of a coefficient from the model's, in standard errors; null for a subset or another target. */
  farthest: number | null
}

/** What the steps of a fit take, each as often as it was done, in milliseconds. */
export interface FitTimes {
  groupMs: number[]
  groupEventsMs: number[]
  fitMs: number[]
  foldsMs: number[]
}

export interface ModelsResult {
  users: number
  features: number
  cells: number
  columns: number
  /** Asked to answered, each time with other folds. */
  trainingMs: number[]
  fromEventsMs: number[]
  process: Record<'api' | 'child', ProcessFigures>
  /** The fit and its folds alone, in a process of their own. */
  alone: FitTimes
  /** DuckDB, over the same parts. */
  scanMs: number[]
  rowsMs: number[]
  fits: RowFit[]
  /** What was left out, and why. */
  notes: string[]
}

/** What other programs are told of the rows: columns in the model's order, and what the model found. */
interface RowsRequest {
  path: string
  variants: number
  /** Of each feature, its levels but the reference. */
  levels: number[][]
  coefficients: number[]
  standardErrors: number[]
  folds: number
}

const FOLDS = 5
/** A fit takes a fraction of a second: it is done more often than a training. */
const LEAST_RUNS = 5
const FEATURES = ['device', 'channel', 'geo', 'price_bucket', 'recency', 'frequency']

/** Trains a model of conversions on six features through the API, and fits the same users row by row elsewhere. */
export async function benchModels(input: Input, runs: number, python: string): Promise<ModelsResult> {
  return withServer({}, async (bench) => {
    const { client, server, experiment } = bench
    await client.uploadEvents({ experimentId: experiment.id, file: await openAsBlob(input.path) }).result()
    await untilIdle(client)
    const meters = metersOf(server)
    await train(bench, 0) // the first one of a process compiles
    const trainingMs: number[] = []
    for (let k = 1; k <= runs; k++) trainingMs.push((await train(bench, k)).ms)
    const { model } = await train(bench, runs + 1)
    const fromEventsMs: number[] = []
    for (let k = 1; k <= runs; k++) fromEventsMs.push((await train(bench, k, true)).ms)
    const process = await meters.stop()
    const visitors = input.tally.perVariant.reduce((sum, variant) => sum + variant.visitors, 0)
    expectEqual('users', model.fit.users, visitors)
    const { card } = await cardAt(model.artifactUrl)
    const folder = join(server.dataDir, 'files', 'objects', 'curated', experiment.id, 'events')
    const parts = await partsIn(folder)
    const paths = parts.map(({ path }) => path)
    const work = mkdtempSync(join(tmpdir(), 'fairlift-bench-'))
    try {
      const alone = await fitAlone(bench, model, { parts, work, runs: Math.max(LEAST_RUNS, runs) })
      const beside = await fitElsewhere(bench, card, model, { parts: paths, work, runs, python })
      const { users, cells } = model.fit
      const columns = model.coefficients.length
      return { users, cells, columns, features: FEATURES.length, trainingMs, fromEventsMs, process, alone, ...beside }
    } finally {
      rmSync(work, { recursive: true, force: true })
    }
  })
}

async function train(
  { client, experiment }: BenchServer,
  seed: number,
  fromEvents = false,
): Promise<{ ms: number; model: Model }> {
  const input: TrainModelInput = {
    experimentId: experiment.id,
    target: { kind: 'CONVERSION' },
    kind: 'LOGISTIC',
    features: FEATURES.map((attribute) => ({ attribute })),
    folds: FOLDS,
    seed,
  }
  // The unit table does not know when users last did something: then the events are read.
  if (fromEvents)
    input.features = [...input.features!.slice(1), { history: { measure: 'RECENCY', eventTypes: ['view'] } }]
  const started = performance.now()
  const model = await client.trainModel(input).result()
  return { ms: performance.now() - started, model }
}

/** Grouping and fitting without the rest of a model card: what other programs do of it. */
async function fitAlone(
  { experiment }: BenchServer,
  model: Model,
  { parts, work, runs }: { parts: PartFile[]; work: string; runs: number },
): Promise<FitTimes> {
  const { startAt, endAt, variants, metrics } = experiment
  const request = join(work, 'training.json')
  const conversion = metrics.find(({ metric }) => metric.key === 'conversion')!.metric.numerator.eventTypes
  const window = { from: startAt!, to: endAt!, daysSinceExposure: null }
  const asked = {
    parts,
    variants: variants.map(({ id }) => id),
    window,
    conversion,
    attributes: FEATURES,
    folds: FOLDS,
  }
  writeFileSync(request, JSON.stringify({ ...asked, runs }))
  const found = await runScript<{
    times: Record<keyof FitTimes, number>[]
    users: number
    cells: number
    coefficients: number[]
  }>('../../../api/src/jobs/compute/training.bench.ts', [request])
  expectEqual('users', found.users, model.fit.users)
  found.coefficients.forEach((coefficient, k) => {
    const { estimate, standardError } = model.coefficients[k]!
    expectEqual('coefficients', Math.abs(coefficient - estimate!) < 1e-6 * standardError!, true)
  })
  const all = (step: keyof FitTimes) => found.times.map((times) => times[step])
  return { groupMs: all('groupMs'), groupEventsMs: all('groupEventsMs'), fitMs: all('fitMs'), foldsMs: all('foldsMs') }
}

async function fitElsewhere(
  { experiment }: BenchServer,
  card: CardJson,
  model: Model,
  { parts, work, runs, python }: { parts: string[]; work: string; runs: number; python: string },
): Promise<Pick<ModelsResult, 'scanMs' | 'rowsMs' | 'fits' | 'notes'>> {
  const path = join(work, 'users.parquet')
  const request = join(work, 'request.json')
  const [scanMs, rowsMs] = (await ask(request, {
    runs,
    statements: [scanStatement(parts), rowsStatement(parts, experiment, card, path)],
  })) as [number[], number[]]
  const rows: RowsRequest = {
    path,
    variants: card.variants.length,
    levels: card.features.map(({ levels, reference }) =>
      [...levels.keys()].filter((level) => level !== reference && isUsed(model, levels[level]!)),
    ),
    coefficients: model.coefficients.map(({ estimate }) => estimate!),
    standardErrors: model.coefficients.map(({ standardError }) => standardError!),
    folds: FOLDS,
  }
  writeFileSync(request, JSON.stringify(rows))
  const fits: RowFit[] = []
  const notes: string[] = []
  for (const library of ['scikit-learn', 'statsmodels']) {
    try {
      fits.push(await fitInPython(python, library, request))
    } catch (error) {
      const why = (error as { stderr?: string }).stderr?.trim().split('\n').at(-1) ?? String(error)
      notes.push(`Left out: ${library} in ${python} (--python names another one). ${why}`)
    }
  }
  for (const library of ['ml-logistic-regression', 'ml-regression-multivariate-linear'])
    fits.push(await runScript<RowFit>('./fit-rows.ts', [library, request]))
  return { scanMs, rowsMs, fits, notes }
}

/** A level that nobody has is no column. */
const isUsed = ({ coefficients }: Model, level: string): boolean => coefficients.some((one) => one.level === level)

function ask(path: string, request: object): Promise<number[][]> {
  writeFileSync(path, JSON.stringify(request))
  return runScript<number[][]>('./time-statements.ts', [path])
}

async function fitInPython(python: string, library: string, request: string): Promise<RowFit> {
  const script = fileURLToPath(new URL('bare/fit_rows.py', import.meta.url))
  const { stdout } = await promisify(execFile)(python, [script, library, request])
  return JSON.parse(stdout) as RowFit
}
