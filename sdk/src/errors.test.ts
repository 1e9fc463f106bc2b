import { describe, expect, test } from 'vitest'
import { errorOfAnswer, FairliftError, FairliftJobError, FairliftNetworkError, FairliftUserError } from './errors.ts'
import { dataOf } from './http-answer.ts'
import type { Job } from './types.ts'

function thrownBy(action: () => unknown): FairliftError {
  try {
    action()
  } catch (error) {
    return error as FairliftError
  }
  throw new Error('nothing was thrown')
}

describe('an answer of the server', () => {
  const answer = (status: number, body: unknown) => ({
    status,
    requestId: 'r1',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

  test('gives its data', () => {
    expect(dataOf(answer(200, { data: { metrics: [] } }))).toEqual({ metrics: [] })
  })

  test('with errors throws the first, with code, request and details', () => {
    const extensions = { code: 'UPLOAD_TOO_LARGE', limitBytes: 10, requestId: 'r2' }
    const body = { data: { batch: null }, errors: [{ message: 'Too large.', extensions }, { message: 'Also.' }] }
    const error = thrownBy(() => dataOf(answer(200, body)))
    expect(error).toBeInstanceOf(FairliftError)
    expect(error).toMatchObject({ name: 'FairliftError', code: 'UPLOAD_TOO_LARGE', message: 'Too large.' })
    expect(error.requestId).toBe('r2')
    expect(error.details).toEqual({ limitBytes: 10 })
  })

  test('with an error that names no request gets it from the header', () => {
    expect(thrownBy(() => dataOf(answer(400, { errors: [{ message: 'No.' }] })))).toMatchObject({
      code: 'INTERNAL',
      requestId: 'r1',
    })
  })

  test('that is refused before GraphQL sees it says why', () => {
    const error = thrownBy(() => dataOf(answer(403, { error: 'Pages of x may not use this server.' })))
    expect(error).toMatchObject({ name: 'FairliftNetworkError', code: 'NETWORK', status: 403, isTransient: false })
    expect(error.message).toContain('Pages of x may not use this server.')
  })

  test('that is no GraphQL is a failure of the network, worth another attempt where a proxy says so', () => {
    for (const [status, isTransient] of [
      [502, true],
      [503, true],
      [504, true],
      [500, false],
      [404, false],
      [200, false],
    ] as const) {
      const error = thrownBy(() => dataOf(answer(status, '<html>Bad gateway</html>')))
      expect(error).toBeInstanceOf(FairliftNetworkError)
      expect(error).toMatchObject({ status, isTransient })
    }
    expect(thrownBy(() => dataOf(answer(200, 'null')))).toBeInstanceOf(FairliftNetworkError)
  })
})

describe('errors', () => {
  test('of inputs list every mistake with its field', () => {
    const userErrors = [
      { code: 'TAKEN', field: ['key'], message: 'The key is taken.' },
      { code: 'INVALID', field: ['variants', '0', 'trafficSplit'], message: 'A share is from 0 to 1.' },
    ]
    const error = new FairliftUserError(userErrors)
    expect(error.message).toBe('key: The key is taken.\nvariants.0.trafficSplit: A share is from 0 to 1.')
    expect(error).toMatchObject({ code: 'USER_ERROR', userErrors })
  })

  test('of jobs carry the job’s code and message', () => {
    const job = { id: 'j1', status: 'FAILED', error: { code: 'COMPUTE_TIMED_OUT', message: 'Too slow.' } } as Job
    expect(new FairliftJobError(job)).toMatchObject({ code: 'COMPUTE_TIMED_OUT', message: 'Too slow.', job })
  })

  test('of cancelled jobs are CANCELLED, also where the job has no error', () => {
    expect(new FairliftJobError({ id: 'j1', status: 'CANCELLED', error: null } as Job).code).toBe('CANCELLED')
  })

  test('without any word from the server are INTERNAL', () => {
    expect(errorOfAnswer([]).code).toBe('INTERNAL')
  })
})
