import { openAsBlob } from 'node:fs'
import type { AnalysisSummary, Batch, ExperimentUpdate } from '@fairlift/sdk'
import { expectEqual, untilIdle, withServer, type BenchServer } from './bench-server.ts'
import { endOfLines, type Input } from './inputs.ts'

/** How long a batch took to become a result. */
export interface ArrivalFigures {
  rows: number
  uploadMs: number
  /** From the first byte sent until the new result was told. */
  toResultMs: number
  /** From the landing until the result was stored, by the server's clock. */
  landedToResultMs: number
}

/** A log in two batches, the second one of its last percent. */
export interface SmallBatchRun {
  first: ArrivalFigures
  last: ArrivalFigures
  users: number
}

const LAST_SHARE = 0.01

/** Loads most of a log, and then its last percent, with the standard analysis run on arrival. */
export async function benchSmallBatch(input: Input, runs: number): Promise<SmallBatchRun[]> {
  const firstRows = Math.round(input.tally.rows * (1 - LAST_SHARE))
  const whole = await openAsBlob(input.path)
  const cut = await endOfLines(input.path, firstRows + 1)
  const head = await whole.slice(0, await endOfLines(input.path, 1)).text()
  const first = whole.slice(0, cut)
  const last = new Blob([head, await whole.slice(cut).text()])
  const results: SmallBatchRun[] = []
  for (let k = 0; k < runs; k++) {
    const run = await withServer({ autoRun: true, eventsTable: '1000000' }, async (bench) => {
      const load = await arrival(bench, first)
      // What a stream of batches finds: the copy of the earlier events was made long ago.
      await untilIdle(bench.client)
      const batch = await arrival(bench, last)
      const { goodRows, duplicates, badRows, perVariant } = input.tally
      expectEqual('events', load.batch.events! + batch.batch.events!, goodRows)
      expectEqual('duplicates', load.batch.duplicates! + batch.batch.duplicates!, duplicates)
      expectEqual('rejected rows', load.batch.rejected! + batch.batch.rejected!, badRows)
      const { variants } = await bench.client.analysis(batch.analysisId)
      const users = variants.reduce((sum, variant) => sum + variant.users, 0)
      const visitors = perVariant.reduce((sum, variant) => sum + variant.visitors, 0)
      expectEqual('users', users, visitors)
      return { first: load.figures, last: batch.figures, users }
    })
    results.push(run)
  }
  return results
}

async function arrival(
  { client, experiment }: BenchServer,
  file: Blob,
): Promise<{ batch: Batch; analysisId: string; figures: ArrivalFigures }> {
  const changes = client.watchExperiment(experiment.id)
  const version = ((await client.experiment({ id: experiment.id })).latestDatasetVersion?.number ?? 0) + 1
  await changes.next() // the experiment as it is: from here on it is watched
  const started = performance.now()
  const upload = client.uploadEvents({ experimentId: experiment.id, file, fileName: 'events.csv' })
  const stored = upload.payload.then(() => performance.now() - started)
  const [{ id, computedAt }, uploadMs] = await Promise.all([newResult(changes, version), stored])
  const toResultMs = performance.now() - started
  const batch = await upload.result()
  return {
    batch,
    analysisId: id,
    figures: {
      rows: batch.rows!,
      uploadMs,
      toResultMs,
      landedToResultMs: Date.parse(computedAt) - Date.parse(batch.landedAt!),
    },
  }
}

async function newResult(
  changes: AsyncGenerator<ExperimentUpdate, void, undefined>,
  version: number,
): Promise<Pick<AnalysisSummary, 'id' | 'computedAt'>> {
  for await (const change of changes) {
    if (change.__typename === 'AnalysisReady' && change.analysis.datasetVersion.number === version)
      return change.analysis
  }
  throw new Error(`The experiment was not told of an analysis of version ${version}.`)
}
