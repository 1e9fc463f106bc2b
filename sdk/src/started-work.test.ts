import { describe, expect, test } from 'vitest'
import { StartedWork } from './started-work.ts'
import type { Job } from './types.ts'

const job = { id: 'j1' } as Job

function started(payload: Promise<{ job: Job; batch: string }>) {
  return new StartedWork(
    payload,
    ({ batch }) => batch,
    async ({ batch }) => `${batch} has landed`,
  )
}

describe('work that was started', () => {
  test('is a promise of what the call answered with', async () => {
    const work = started(Promise.resolve({ job, batch: 'b1' }))
    expect(await work).toBe('b1')
    expect(await Promise.all([work, work.job, work.result()])).toEqual(['b1', job, 'b1 has landed'])
  })

  test('fails as the call did, however it is waited for', async () => {
    const work = started(Promise.reject(new Error('no')))
    await expect(work).rejects.toThrow('no')
    await expect(work.job).rejects.toThrow('no')
    await expect(work.result()).rejects.toThrow('no')
    expect(await work.catch(() => 'caught')).toBe('caught')
    let isOver = false
    await expect(work.finally(() => (isOver = true))).rejects.toThrow('no')
    expect(isOver).toBe(true)
  })
})
