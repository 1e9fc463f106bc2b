import { readFileSync } from 'node:fs'
import { envNames, readEnv } from '@fairlift/api/env'
import { describe, expect, test } from 'vitest'

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

  test('an address that other machines reach needs a word that this is meant', () => {
    expect(() => readEnv({ HOST: '0.0.0.0' })).toThrow(/nobody is asked who they are/)
    expect(readEnv({ HOST: '0.0.0.0', ALLOW_UNAUTHENTICATED: 'true' }).HOST).toBe('0.0.0.0')
  })

  test('API and worker apart need a database of their own', () => {
    expect(() => readEnv({ ROLE: 'worker' })).toThrow(/set DATABASE_URL/)
    expect(readEnv({ ROLE: 'worker', DATABASE_URL: 'postgresql://db/x' }).ROLE).toBe('worker')
  })

  test('an empty variable is one that is not set', () => {
    expect(readEnv({ PORT: '', DATABASE_URL: '' })).toMatchObject({ PORT: 4000 })
  })
})
