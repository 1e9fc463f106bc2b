import { openAsBlob, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createClient, FairliftError, type Batch, type Experiment, type FairliftClient, type Job } from '@fairlift/sdk'
import { readArguments, USAGE } from './demo/arguments.ts'
import { arePagesStale, ensurePagesBuilt } from './demo/build-pages.ts'
import { describeAnalysis } from './demo/result-table.ts'
import { startServer, type DemoServer } from './demo/start-server.ts'
import { done, paint, Progress, say } from './demo/terminal.ts'
import { sampleExperiment } from './sample-experiment.ts'
import { sampleInput } from './sample-input.ts'

const FILE_NAME = 'sample_events.csv'
const file = fileURLToPath(new URL(FILE_NAME, import.meta.url))

/** From an empty machine to an answer, and then a server to look around in. */
async function demo(): Promise<void> {
  const { exit, help } = readArguments(process.argv.slice(2))
  if (help) return say(USAGE)
  say(`\n  ${paint('bold', 'Fairlift')}  from a file of events to an answer one can trust\n`)

  await buildPages()
  const server = await startServer()
  let isStopping = false
  const stop = async (code: number): Promise<void> => {
    if (isStopping) return
    isStopping = true
    await server.stop()
    process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (process.stdout.isTTY) say(`\n\n  Stopping. The data stay in ${server.dataDir}.\n`)
      void stop(exit ? 130 : 0)
    })
  }
  try {
    tellStart(server)
    // Needed where the environment asks for credentials.
    const apiKey = server.firstApiKey ?? process.env.BOOTSTRAP_API_KEY
    const client = createClient({ url: server.url, ...(apiKey && { apiKey }) })
    const experiment = await sample(client)
    const batch = await upload(client, experiment)
    await analyse(client, experiment, { batch, server })
    client.close()
  } catch (error) {
    if (isStopping) return
    say()
    await server.stop()
    throw error
  }
  if (exit) {
    say(`\n  ${paint('gray', 'The server ends now. Without --exit it goes on, and these addresses answer.')}\n`)
    return stop(0)
  }
  say(`\n  ${paint('gray', 'Serving until Ctrl-C.')}`)
  const how = await server.ended
  if (isStopping) return
  throw new Error(`The server ended by itself (${how}). What it said is in ${server.logFile}.`)
}

/** The UI and GraphiQL are served from built files, which a clone does not hold. */
async function buildPages(): Promise<void> {
  if (!arePagesStale()) return
  const bar = new Progress('Building the pages, which takes a moment the first time')
  bar.show(0)
  await ensurePagesBuilt().finally(() => bar.end())
  done('Pages built')
}

function tellStart({ url, reused, firstApiKey, dataDir, takenPort }: DemoServer): void {
  if (takenPort !== null) say(`  Port ${takenPort} is taken by another program; a free one is used instead.`)
  const database = process.env.DATABASE_URL || process.env.DB_HOST ? 'your PostgreSQL' : 'PostgreSQL'
  done(`${database} and the API are running`, url)
  done(reused ? `Data folder ${dataDir} is there from an earlier start: reused` : `New data folder ${dataDir}`)
  if (firstApiKey !== null) {
    done('First API key, with all scopes: keep it, it is not shown again', firstApiKey)
    say(`    ${paint('gray', 'On this machine nobody asks for it, unless AUTH_REQUIRED=true.')}`)
  }
}

async function sample(client: FairliftClient): Promise<Experiment> {
  const { key } = sampleExperiment
  try {
    const existing = await client.experiment({ key })
    done(`Experiment “${existing.name}” is there already: reused`, key)
    return existing
  } catch (error) {
    if (!(error instanceof FairliftError && error.code === 'NOT_FOUND')) throw error
  }
  const created = await client.createExperiment(sampleInput())
  done(`Experiment “${created.name}” created`, key)
  // It is over: its log is from then.
  await client.startExperiment(created.id)
  return client.stopExperiment(created.id)
}

async function upload(client: FairliftClient, experiment: Experiment): Promise<Batch> {
  const sizeBytes = statSync(file).size
  const sending = new Progress(`Uploading ${FILE_NAME}`)
  const started = client.uploadEvents({
    experimentId: experiment.id,
    file: await openAsBlob(file),
    fileName: FILE_NAME,
    onProgress: ({ sentBytes }) => sending.show(sentBytes / sizeBytes, megabytes(sentBytes)),
  })
  const { reused } = await started.payload.finally(() => sending.end())
  const reading = new Progress(`Checking ${FILE_NAME}`)
  const batch = await started.result({ onJob: follow(reading) }).finally(() => reading.end())
  const count = (value: number | null): string => (value ?? 0).toLocaleString('en-US')
  done(
    reused ? `${FILE_NAME} was uploaded before: nothing is taken twice` : `${FILE_NAME} uploaded and checked`,
    `${megabytes(sizeBytes)}, ${count(batch.rows)} rows: ${count(batch.accepted)} good, ${count(batch.rejected)} rejected, ${count(batch.duplicates)} duplicates`,
  )
  return batch
}

interface Done {
  batch: Batch
  server: DemoServer
}

async function analyse(client: FairliftClient, experiment: Experiment, { batch, server }: Done): Promise<void> {
  const bar = new Progress('Analysing')
  const run = client.runAnalysis({ experimentId: experiment.id, segmentBy: 'device' })
  const analysis = await run.result({ onJob: follow(bar) }).finally(() => bar.end())
  const isKnown = (await run.job).status === 'SUCCEEDED'
  const events = analysis.datasetVersion.rows.toLocaleString('en-US')
  done(
    isKnown
      ? 'Nothing changed since it was analysed: the answer of then'
      : `Analysed in ${Math.round(analysis.durationMs)} ms`,
    `${events} events, version ${analysis.datasetVersion.number} of the data`,
  )
  say(`\n${describeAnalysis(analysis)}\n`)
  const { url } = server
  const addresses = [
    ['This experiment', `${url}/experiments/${experiment.key}`],
    ['All experiments', url],
    ['GraphiQL', `${url}/graphql`],
    ['Results as CSV', analysis.reports.csvUrl],
    ...(batch.rejectsUrl === null ? [] : [['Rejected rows', batch.rejectsUrl]]),
    ['Log', server.logFile],
  ] as [string, string][]
  for (const [name, address] of addresses) say(`  ${name.padEnd(16)} ${paint('cyan', address)}`)
}

function follow(bar: Progress): (job: Job) => void {
  return ({ progress, stage, rowsRead, bytesRead, bytesTotal }) => {
    const isReading = rowsRead !== null && bytesRead !== null && bytesTotal !== null && bytesRead < bytesTotal
    if (!isReading) return bar.show(progress, stage ?? '')
    bar.show(progress, `${rowsRead.toLocaleString('en-US')} rows, ${megabytes(bytesRead)} of ${megabytes(bytesTotal)}`)
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString('en-US', { maximumFractionDigits: 1 })} MB`
}

demo().catch((error: unknown) => {
  process.stderr.write(`\n  ${error instanceof Error ? error.message : String(error)}\n\n`)
  process.exitCode = 1
})
