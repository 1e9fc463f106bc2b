import { readFileSync } from 'node:fs'
import { envNames, readEnv } from '@fairlift/api/env'
import { describe, expect, test } from 'vitest'

const KEY = `fl_live_ab12cd34_${'x'.repeat(43)}`

describe('the environment', () => {
  test('.env.example names every variable that is read, and no other', () => {
    const text = readFileSync(new URL('../.env.example', import.meta.url), 'utf8')
    const named = [...text.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name!)
    expect([...named].sort()).toEqual([...envNames].sort())
  })

  test('all problems are told at once, each with the value', () => {
    const read = () => readEnv({ PORT: 'x', MAX_REJECT_RATE: '3', LOG_LEVEL: 'loud' })
    expect(read).toThrow(/PORT="x"[\s\S]*|LOG_LEVEL="loud"/)
    for (const part of [/PORT="x"/, /MAX_REJECT_RATE="3"/, /LOG_LEVEL="loud"/]) expect(read).toThrow(part)
  })

  test.each([
    ['a question that is asked and not asked', { AUTH_REQUIRED: 'true', ALLOW_UNAUTHENTICATED: '1' }, /the opposite/],
    ['an issuer by half', { AUTH_JWKS_URL: 'https://i.example/keys' }, /AUTH_ISSUER, AUTH_AUDIENCE: missing/],
    ['keys of an issuer that are a file', { AUTH_JWKS_URL: 'file:///keys' }, /AUTH_JWKS_URL="file/],
    ['two first keys', { BOOTSTRAP_API_KEY: KEY, BOOTSTRAP_API_KEY_FILE: '/key' }, /Unset one of them/],
  ])('%s is told', (_what, variables, problem) => {
    expect(() => readEnv(variables)).toThrow(problem)
  })

  test('an API key of another form is told without showing it', () => {
    expect(() => readEnv({ BOOTSTRAP_API_KEY: 'hunter2' })).toThrow(/BOOTSTRAP_API_KEY="…": must look like fl_live_/)
    expect(readEnv({ BOOTSTRAP_API_KEY: KEY }).BOOTSTRAP_API_KEY).toBe(KEY)
  })

  test('computations at once are as many as the memory has room for', () => {
    expect(readEnv({ COMPUTE_MEMORY_MB: '1000000' }).COMPUTE_CONCURRENCY).toBe(1)
    expect(readEnv({ COMPUTE_MEMORY_MB: '1000000', COMPUTE_CONCURRENCY: '3' }).COMPUTE_CONCURRENCY).toBe(3)
  })

  test('API and worker apart need a database of their own', () => {
    expect(() => readEnv({ ROLE: 'worker' })).toThrow(/set DATABASE_URL/)
    expect(readEnv({ ROLE: 'worker', DATABASE_URL: 'postgresql://db/x' }).ROLE).toBe('worker')
  })

  test('an empty variable is one that is not set', () => {
    expect(readEnv({ PORT: '', DATABASE_URL: '' })).toMatchObject({ PORT: 4000 })
  })
})
