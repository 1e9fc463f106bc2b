import { describe, expect, test } from 'vitest'
import { namesUser, withoutUser } from './redact.ts'

describe('a text names a user', () => {
  const cases: [string, string, boolean][] = [
    ['The user "u1" is unknown.', 'u1', true],
    ['The user "u12" is unknown.', 'u1', false],
    ['émile', 'mile', false],
    ['params: a.b*(c)-[d]{e}|f/g^$\\+?', 'a.b*(c)-[d]{e}|f/g^$\\+?', true],
    ['Zoë-7, and others', 'Zoë-7', true],
    ['2026-06-01,customer-00…', 'customer-0042', true],
    ['2026-06-01,customer-00…", too long', 'customer-0042', true],
    ['2026-06-01,customer-01…', 'customer-0042', false],
    ['2026-06-01,custom…', 'customer-0042', false],
    ['my-customer-00…', 'customer-0042', true],
    ['mycustomer-00…', 'customer-0042', false],
  ]
  test.each(cases)('%j, %j: %s', (text, userId, expected) => {
    expect(namesUser(text, userId)).toBe(expected)
  })
  test('no text names nobody', () => expect(namesUser(null, 'u1')).toBe(false))
})

test('an error for the log says nowhere who it was: not in what caused it, nor in the values of a statement', () => {
  const cause = Object.assign(new Error('key (u1) is there'), { detail: 'u1', params: ['u1', 7] })
  const error = Object.assign(new Error('Failed query: params: u1,7', { cause }), { query: 'select $1' })
  const clean = withoutUser(error, 'u1') as Error & { cause: Error & { params: unknown[] } }
  expect(clean.message).toBe('Failed query: params: [erased user],7')
  expect(clean.cause.message).toBe('key ([erased user]) is there')
  expect(clean.cause.params).toEqual(['[erased user]', 7])
  expect(`${clean.stack}${clean.cause.stack}${JSON.stringify(clean.cause)}`).not.toMatch(/\bu1\b/)
})
