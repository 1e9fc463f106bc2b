import { describe, expect, test } from 'vitest'
import { backoffMs, delay, withRetries } from './retry.ts'

const policy = { attempts: 3, baseDelayMs: 100, maxDelayMs: 1000 }
const least = () => 0
const most = () => 1

describe('the pause before a retry', () => {
  test('doubles with each retry up to the longest', () => {
    expect([0, 1, 2, 3, 4, 50].map((retry) => backoffMs(retry, policy, most))).toEqual([100, 200, 400, 800, 1000, 1000])
  })

  test('is by chance up to a half shorter', () => {
    expect(backoffMs(1, policy, least)).toBe(100)
    expect(new Set(Array.from({ length: 20 }, () => backoffMs(1, policy))).size).toBeGreaterThan(1)
  })
})

describe('trying again', () => {
  const quick = { attempts: 2, baseDelayMs: 1, maxDelayMs: 1 }
  const failing = (times: number) => {
    let attempts = 0
    const attempt = async (): Promise<number> => {
      if (++attempts <= times) throw new Error(`attempt ${attempts}`)
      return attempts
    }
    return { attempt, count: () => attempts }
  }

  test('ends with the first success', async () => {
    expect(await withRetries(failing(2).attempt, () => true, quick)).toBe(3)
  })

  test('ends with the last error when the attempts are used up', async () => {
    await expect(withRetries(failing(9).attempt, () => true, quick)).rejects.toThrow('attempt 3')
  })

  test('does not happen for errors that another attempt would not mend', async () => {
    const { attempt, count } = failing(9)
    await expect(withRetries(attempt, () => false, quick)).rejects.toThrow('attempt 1')
    expect(count()).toBe(1)
  })

  test('ends at once when the signal is aborted during a pause', async () => {
    const slow = { attempts: 5, baseDelayMs: 60_000, maxDelayMs: 60_000 }
    const aborting = new AbortController()
    const tried = withRetries(failing(9).attempt, () => true, slow, aborting.signal)
    setTimeout(() => aborting.abort(new Error('enough')), 5)
    await expect(tried).rejects.toThrow('enough')
  })

  test('a pause with an aborted signal does not begin', async () => {
    await expect(delay(60_000, AbortSignal.abort(new Error('before')))).rejects.toThrow('before')
  })
})
