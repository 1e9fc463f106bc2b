import { readFile, rm } from 'node:fs/promises'
import { createClient, type FairliftClient } from '@fairlift/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDatabase, type TestDatabase } from '../testkit/database.ts'
import { eventFile } from '../testkit/event-file.ts'
import { newFolder } from '../testkit/new-folder.ts'
import { startServer, type TestServer } from '../testkit/server.ts'
import { logStatements, type StatementLog } from '../testkit/statement-log.ts'
import { startWorker, type TestWorker } from '../testkit/worker.ts'

const EXPERIMENTS = 6

let database: TestDatabase
let dataDir: string
let log: StatementLog
let api: TestServer
let worker: TestWorker
let client: FairliftClient

// The worker does not go by the log: what is counted are the statements of requests.
beforeAll(async () => {
  database = await startDatabase()
  dataDir = await newFolder()
  log = await logStatements(database.url)
  api = await startServer({ dataDir, env: { DATABASE_URL: log.url, ROLE: 'api' } })
  worker = await startWorker({ dataDir, env: { DATABASE_URL: database.url } })
  client = createClient({ url: api.url })
  const fill = async (index: number): Promise<void> => {
    const { id } = await client.createExperiment({ key: `e${index}`, name: `Experiment ${index}` })
    for (const mark of ['a', 'b']) {
      await client.uploadEvents({ experimentId: id, file: eventFile({ users: 40, mark }) }).result()
    }
    await client.runAnalysis({ experimentId: id, segmentBy: 'device' }).result()
    await client.trainModel({ experimentId: id, target: { kind: 'COUNT' }, kind: 'LINEAR', folds: 2 }).result()
  }
  await Promise.all(Array.from({ length: EXPERIMENTS }, (_, index) => fill(index)))
})

afterAll(async () => {
  client?.close()
  await api?.stop()
  await worker?.stop()
  await log?.close()
  await database?.remove()
  if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true, maxRetries: 10 })
})

/** The statements that a call costs. */
async function statementsOf(call: () => Promise<unknown>): Promise<string[]> {
  const before = log.of('fairlift').length
  await call()
  return log.of('fairlift').slice(before)
}

async function shipped(...names: string[]): Promise<string> {
  const folder = new URL('../../schema/operations/', import.meta.url)
  const texts = names.map((name) => readFile(new URL(`${name}.graphql`, folder), 'utf8'))
  return (await Promise.all(texts)).join('\n')
}

describe('the number of SQL statements', () => {
  it('of the list of experiments does not grow with the list', async () => {
    const few = await statementsOf(() => client.experiments().page({ first: 2 }))
    const all = await statementsOf(() => client.experiments().page({ first: EXPERIMENTS }))
    expect(few.length).toBeGreaterThan(1)
    expect(all.length).toBe(few.length)
    expect(all.length).toBeLessThanOrEqual(8)
  })

  it('of jobs and of batches does not grow with the list', async () => {
    const { id } = (await client.experiments().page({ first: 1 })).items[0]!
    const fewJobs = await statementsOf(() => client.jobs().page({ first: 2 }))
    const allJobs = await statementsOf(() => client.jobs().page({ first: 3 * EXPERIMENTS }))
    // A statement for the jobs, and one for each kind of what they made; the two newest lack some kinds.
    expect(allJobs.length).toBeLessThanOrEqual(fewJobs.length + 2)
    expect(allJobs.length).toBeLessThanOrEqual(5)
    const fewBatches = await statementsOf(() => client.batches(id).page({ first: 1 }))
    const allBatches = await statementsOf(() => client.batches(id).page({ first: 20 }))
    expect(allBatches.length).toBe(fewBatches.length)
    expect(allBatches.length).toBeLessThanOrEqual(4)
  })

  it('of the deepest question that fragments of the shipped operations make is bounded', async () => {
    const names = [
      'experiment',
      'variant',
      'metric',
      'dataset-version',
      'analysis-summary',
      'analysis-settings',
      'analysis',
    ]
    const more = [
      'decision',
      'metric-result',
      'arm-statistics',
      'confidence-interval',
      'effect',
      'batch',
      'column-mapping',
      'job',
    ]
    const newer = ['lift-factor', 'calibration', 'calibration-share']
    const models = ['model', 'model-summary', 'model-metrics', 'model-estimate', 'predicted-effect']
    const charts = ['chart']
    const fragments = await shipped(
      ...[...names, ...more, ...newer, ...models, ...charts].map((name) => `fragments/${name}-fields`),
    )
    const query = `query Deep($first: Int!, $theme: ChartTheme! = LIGHT) {
      experiments(first: $first) {
        nodes {
          ...ExperimentFields
          batches(first: 5) { nodes { ...BatchFields job { ...JobFields } } }
          analyses(first: 5) { nodes { ...AnalysisFields charts { ...ChartFields } datasetVersion { ...DatasetVersionFields } } }
          latestAnalysis { ...AnalysisFields }
          calibrations(first: 5) { nodes { ...CalibrationFields } }
          models(first: 5) { nodes { ...ModelFields charts { ...ChartFields } } }
          predictions { effect { ...PredictedEffectFields } }
        }
      }
    }
    ${fragments}`
    let nodes: { analyses: { nodes: { results: unknown[]; segments: unknown[] }[] } }[] = []
    const ask = async (first: number) => {
      ;({
        experiments: { nodes },
      } = await client.request<{ experiments: { nodes: typeof nodes } }>(query, { first }))
    }
    const few = await statementsOf(() => ask(2))
    const all = await statementsOf(() => ask(EXPERIMENTS))
    expect(nodes.length).toBe(EXPERIMENTS)
    for (const { analyses } of nodes) expect(analyses.nodes[0]!.segments.length).toBeGreaterThan(0)
    expect(all.length, all.join('\n')).toBe(few.length)
    expect(all.length).toBeLessThanOrEqual(20)
  })

  it('of a job that is watched is small for each of its states', async () => {
    const experiment = (await client.experiments().page({ first: 1 })).items[0]!
    let states = 0
    const statements = await statementsOf(async () => {
      const upload = client.uploadEvents({
        experimentId: experiment.id,
        file: eventFile({ users: 60, mark: 'watched' }),
      })
      await upload.result({ onJob: () => states++ })
    })
    expect(states).toBeGreaterThan(0)
    // Beside the states: the upload itself, and the batch at the end.
    expect(statements.length).toBeLessThan(30 + 8 * states)
  })
})
