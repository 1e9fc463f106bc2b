import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ComputePool } from './pool.ts'

let folder: string
/** Shared: a child takes a second to start. */
let pool: ComputePool

const newPool = () => new ComputePool({ concurrency: 1, memoryBytes: 2 ** 31, timeoutMs: 60_000 })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlift-pool-'))
  await writeFile(join(folder, 'events.csv'), 'user_id,variant_id,event_type,timestamp\nu1,a,exposure,2026-01-05\n')
  pool = newPool()
})

afterAll(async () => {
  await pool.close()
  await rm(folder, { recursive: true })
})

/** A small task. */
function run(signal?: AbortSignal, where = pool): Promise<unknown> {
  const request = {
    path: join(folder, 'events.csv'),
    workFolder: folder,
    experiment: null,
    rawLimits: { maxUnpackedBytes: 2 ** 20 },
  }
  return where.run('preview', request, { signal })
}

const outcome = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code,
  )

describe('tasks that wait for a place', () => {
  test('get it one after the other', async () => {
    expect(await Promise.all([1, 2, 3].map(() => outcome(run())))).toEqual(['done', 'done', 'done'])
  })

  test('get it also when one that came before them is cancelled', async () => {
    const stop = new AbortController()
    const first = run()
    const second = outcome(run(stop.signal))
    const third = outcome(run())
    stop.abort()
    expect(await second).toBe('CANCELLED')
    await first
    expect(await third).toBe('done')
  })

  test('and one that is cancelled in the same moment in which its turn comes passes it on', async () => {
    const stop = new AbortController()
    const first = run().finally(() => stop.abort())
    const second = outcome(run(stop.signal))
    const third = outcome(run())
    await first
    expect(['CANCELLED', 'done']).toContain(await second)
    expect(await third).toBe('done')
  })

  test('are told when the pool is closed, as are those under way', async () => {
    const closing = newPool()
    const work = [1, 2, 3].map(() => outcome(run(undefined, closing)))
    await closing.close()
    expect(await Promise.all(work)).toEqual(['SHUTTING_DOWN', 'SHUTTING_DOWN', 'SHUTTING_DOWN'])
    expect(await outcome(run(undefined, closing))).toBe('SHUTTING_DOWN')
  })
})

test('a task that is cancelled while it runs loses its child, and the next one gets another', async () => {
  const stop = new AbortController()
  const running = outcome(run(stop.signal))
  stop.abort()
  expect(await running).toBe('CANCELLED')
  expect(await outcome(run())).toBe('done')
})
