import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createClient, type Experiment, type FairliftClient } from '@fairlift/sdk'
import { computeChildrenOf, signal } from '../testkit/processes.ts'
import { startServer, type TestServer } from '../testkit/server.ts'
import { until } from '../testkit/until.ts'
import { inCache } from './inputs.ts'
import { processorMsOf, ProcessMeter, type ProcessFigures } from './measure-process.ts'
import type { EventLoopFigures } from './watch-event-loop.ts'

export interface BenchServer {
  server: TestServer
  client: FairliftClient
  experiment: Experiment
}

const loopFile = inCache('event-loop.json')
/** A process that took no time of the processor for so long has started. */
const AT_REST_MS = 300
const PATIENCE_MS = 30 * 60_000

/** Works with a server of its own, whose compute child is ready, and an experiment of the log's window. */
export async function withServer<Result>(
  { autoRun = false, eventsTable = 'none' }: { autoRun?: boolean; eventsTable?: string },
  work: (bench: BenchServer) => Promise<Result>,
): Promise<Result> {
  const watch = fileURLToPath(new URL('watch-event-loop.ts', import.meta.url))
  const server = await startServer({
    env: { NODE_OPTIONS: `--import ${watch}`, BENCH_LOOP_FILE: loopFile, EVENTS_TABLE: eventsTable },
  })
  const client = createClient({ url: server.url })
  try {
    const experiment = await client.createExperiment({
      key: 'bench',
      name: 'Bench',
      startAt: '2026-06-01T00:00:00Z',
      endAt: '2026-06-29T00:00:00Z',
      autoRun,
    })
    await untilReady(server)
    await loopFigures(server) // begins anew
    return await work({ server, client, experiment })
  } catch (error) {
    console.error(server.logs())
    throw error
  } finally {
    client.close()
    await server.stop()
  }
}

/** Waits until the compute child has started and has nothing more to load. */
async function untilReady(server: TestServer): Promise<void> {
  let before = -1
  await until('the compute child should be ready', async () => {
    const now = computeChildrenOf(server.pid).reduce((sum, pid) => sum + processorMsOf(pid), 0)
    const isAtRest = now > 0 && now === before
    before = now
    if (!isAtRest) await delay(AT_REST_MS)
    return isAtRest
  })
}

export interface Meters {
  stop(): Promise<Record<'api' | 'child', ProcessFigures>>
}

/** Follows the API and its compute child from now on. */
export function metersOf(server: TestServer): Meters {
  const child = new ProcessMeter(() => computeChildrenOf(server.pid))
  const api = new ProcessMeter(() => [server.pid])
  return { stop: async () => ({ child: await child.stop(), api: await api.stop() }) }
}

/** What the API's event loop saw since it was asked last. */
export async function loopFigures(server: TestServer): Promise<EventLoopFigures> {
  rmSync(loopFile, { force: true })
  signal(server.pid, 'SIGUSR2')
  await until('the server should tell of its event loop', () => existsSync(loopFile) && statSync(loopFile).size > 0)
  return JSON.parse(readFileSync(loopFile, 'utf8')) as EventLoopFigures
}

/** Waits until no job waits or runs. */
export async function untilIdle(client: FairliftClient): Promise<void> {
  const isIdle = async (): Promise<boolean> => {
    const { items } = await client.jobs({ filter: { status: ['QUEUED', 'RUNNING'] } }).page({ first: 1 })
    return items.length === 0
  }
  await until('the server should have nothing left to do', isIdle, PATIENCE_MS)
}

/** What is fast and wrong is of no use. */
export function expectEqual(what: string, found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`The answer is wrong: ${what} are ${found}, and should be ${expected}.`)
}
