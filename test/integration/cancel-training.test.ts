import { expect, test } from 'vitest'
import { canSeeProcesses, computeChildrenOf, runningProcesses, untilGone } from '../testkit/processes.ts'
import { seededRandom } from '../testkit/seeded-random.ts'
import { useServer } from '../testkit/use-server.ts'

const run = useServer()
const SLOW_TEST_MS = 180_000
const USERS = 30_000
const NUMBERS = ['a', 'b', 'c', 'd', 'e', 'f']

/** Users who differ in every number: each is a group of its own, so that a training takes long. */
function manyGroups(): File {
  const random = seededRandom(5)
  const lines = Array.from({ length: USERS }, (_, user) => {
    const variant = user % 2 === 0 ? 'control' : 'treatment'
    const numbers = NUMBERS.map(() => random.next().toFixed(6))
    const own = `u${user},${variant},${numbers.join()}`
    const exposure = `${own},exposure,,2026-06-01T10:00:00Z`
    return random.next() < 0.3 ? `${exposure}\n${own},purchase,20,2026-06-01T11:00:00Z` : exposure
  })
  const head = `user_id,variant_id,${NUMBERS.join()},event_type,value,timestamp`
  return new File([[head, ...lines].join('\n')], 'users.csv')
}

test(
  'a training that runs is cancelled within a second: no model is stored, and its process is gone',
  { timeout: SLOW_TEST_MS },
  async () => {
    const { client, server } = run
    const { id: experimentId } = await client.createExperiment({ key: 'long', name: 'Long' })
    await client.uploadEvents({ experimentId, file: manyGroups() }).result()
    const job = await client.trainModel({
      experimentId,
      target: { kind: 'CONVERSION' },
      features: NUMBERS.map((attribute) => ({ attribute, levels: 'NUMBER' })),
      interactions: NUMBERS,
      folds: 20,
    })
    for await (const { status, stage } of client.watchJob(job.id)) {
      expect(status).not.toBe('SUCCEEDED')
      if (status === 'RUNNING' && stage === 'Training') break
    }
    const children = canSeeProcesses ? new Set(computeChildrenOf(server.pid)) : new Set<number>()
    const processes = runningProcesses().filter(({ pid }) => children.has(pid))
    const started = performance.now()
    await client.cancelJob(job.id)
    const ended = await client.waitForJob(job.id)
    expect(performance.now() - started).toBeLessThan(1000)
    expect(ended).toMatchObject({ status: 'CANCELLED', model: null })
    await untilGone(processes)
    expect((await client.models(experimentId).page()).items).toEqual([])
    // What it worked with is left for nobody, and the next one trains.
    const next = await client.trainModel({ experimentId, target: { kind: 'CONVERSION' }, features: [] }).result()
    expect(next.fit.users).toBe(USERS)
    expect((await client.models(experimentId).page()).items.map(({ id }) => id)).toEqual([next.id])
  },
)
