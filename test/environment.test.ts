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

  test('files are kept in a folder, or in three buckets that are all named', () => {
    const buckets = {
      GCS_BUCKET_RAW: 'shop-raw',
      GCS_BUCKET_CURATED: 'shop-curated',
      GCS_BUCKET_ARTIFACTS: 'shop-results',
    }
    expect(readEnv({}).STORAGE).toBe('local')
    expect(readEnv(buckets).STORAGE).toBe('gcs')
    expect(readEnv({ ...buckets, STORAGE: 'gcs' }).GCS_BUCKET_RAW).toBe('shop-raw')
    expect(() => readEnv({ GCS_BUCKET_RAW: 'shop-raw' })).toThrow('GCS_BUCKET_CURATED, GCS_BUCKET_ARTIFACTS missing')
    expect(() => readEnv({ STORAGE: 'gcs' })).toThrow(
      'GCS_BUCKET_RAW, GCS_BUCKET_CURATED, GCS_BUCKET_ARTIFACTS missing',
    )
    expect(() => readEnv({ ...buckets, STORAGE: 'local' })).toThrow('STORAGE="local", and GCS_BUCKET_RAW')
    expect(() => readEnv({ ...buckets, GCS_BUCKET_RAW: 'gs://shop' })).toThrow(/GCS_BUCKET_RAW="gs:\/\/shop": must be/)
    const long = { UPLOAD_LIFETIME_SECONDS: '604801' }
    expect(readEnv(long).UPLOAD_LIFETIME_SECONDS).toBe(604_801)
    expect(() => readEnv({ ...buckets, ...long })).toThrow('UPLOAD_LIFETIME_SECONDS="604801"')
  })

  test('on Cloud Run its limits hold, and its instances need a secret that they share', () => {
    const there = { K_SERVICE: 'fairlift', SIGNING_SECRET: 'a secret of them all' }
    expect(readEnv({}).MAX_MULTIPART_BYTES).toBe(5 * 2 ** 30)
    expect(readEnv(there).MAX_MULTIPART_BYTES).toBe(30 * 2 ** 20)
    expect(readEnv({ ...there, MAX_UPLOAD_BYTES: '1000' }).MAX_MULTIPART_BYTES).toBe(1000)
    expect(readEnv({ ...there, MAX_MULTIPART_BYTES: '2000' }).MAX_MULTIPART_BYTES).toBe(2000)
    expect(() => readEnv({ K_SERVICE: 'fairlift' })).toThrow('SIGNING_SECRET missing')
  })

  test('an empty variable is one that is not set', () => {
    expect(readEnv({ PORT: '', DATABASE_URL: '' })).toMatchObject({ PORT: 4000 })
  })
})
