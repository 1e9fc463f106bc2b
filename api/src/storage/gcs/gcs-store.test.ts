import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { startGcsEmulator } from '../../../../test/testkit/gcs/emulator.ts'
import { objectStoreContract } from '../object-store.contract.ts'
import { ObjectExistsError, ObjectMissingError } from '../object-store.ts'
import { Buckets } from './buckets.ts'
import { FileCache } from './file-cache.ts'
import { GcsObjectStore } from './gcs-store.ts'

const MEGABYTE = 2 ** 20
const names = { raw: 'test-raw', curated: 'test-curated', artifacts: 'test-artifacts' }

const folder = await mkdtemp(join(tmpdir(), 'fairlift-gcs-'))
const emulator = await startGcsEmulator({ buckets: Object.values(names), pageSize: 2 })
process.env.GOOGLE_APPLICATION_CREDENTIALS = emulator.keyFile
const buckets = new Buckets({ ...names, apiEndpoint: emulator.url })
const store = new GcsObjectStore(buckets, new FileCache(join(folder, 'cache'), 100 * MEGABYTE))

afterAll(async () => {
  await emulator.close()
  await rm(folder, { recursive: true, force: true })
})

afterEach(() => emulator.recover())

objectStoreContract('buckets', store, folder)

async function* pieces(...values: Buffer[]): AsyncGenerator<Buffer> {
  yield* values
}

async function bytesOf(key: string, from = store): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of await from.read(key)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

let number = 0
const newKey = (): string => `raw/test-${number++}/file.bin`

describe('writing into a bucket', () => {
  const large = randomBytes(20 * MEGABYTE)
  const small = randomBytes(1000)

  test.each([
    ['the storage is unavailable for a moment', { status: 503 }],
    ['the connection breaks in the middle', { cutRequestAfter: 500 }],
    ['the answer is lost', { loseAnswer: true }],
  ])('a small object goes on when %s', async (_what, fault) => {
    const key = newKey()
    emulator.fail({ at: /uploadType=multipart/, ...fault })
    expect(await store.put(key, pieces(small))).toMatchObject({ key, sizeBytes: small.length })
    expect((await bytesOf(key)).equals(small)).toBe(true)
  })

  test.each([
    ['the session cannot be begun at first', { at: /^POST .*uploadType=resumable/, status: 503 }],
    ['the storage is unavailable in between', { at: /^PUT .*upload_id/, status: 503, times: 2 }],
    ['the connection breaks in the middle of a piece', { at: /^PUT .*upload_id/, cutRequestAfter: 3 * MEGABYTE }],
    ['the answer of a piece is lost', { at: /^PUT .*upload_id/, loseAnswer: true }],
  ])('a large object goes on when %s', async (_what, fault) => {
    const key = newKey()
    emulator.fail(fault)
    expect(await store.put(key, pieces(large))).toMatchObject({ key, sizeBytes: large.length })
    expect((await bytesOf(key)).equals(large)).toBe(true)
  })

  test('a large object is there when only the answer to its last piece was lost', async () => {
    const key = newKey()
    async function* withFault(): AsyncGenerator<Buffer> {
      yield large.subarray(0, 19 * MEGABYTE)
      emulator.fail({ at: /^PUT .*upload_id/, loseAnswer: true })
      yield large.subarray(19 * MEGABYTE)
    }
    expect((await store.put(key, withFault())).sizeBytes).toBe(large.length)
    expect((await bytesOf(key)).equals(large)).toBe(true)
  })

  test('what another one wrote meanwhile is left as it is, large or small', async () => {
    for (const bytes of [small, large]) {
      const key = newKey()
      async function* late(): AsyncGenerator<Buffer> {
        yield bytes
        emulator.bucket(names.raw).put(key, Buffer.from('first'), { ifGenerationMatch: null })
      }
      await expect(store.put(key, late())).rejects.toThrow(ObjectExistsError)
      expect((await bytesOf(key)).toString()).toBe('first')
    }
  })

  test.each([
    ['small', small, /^POST .*uploadType=multipart/],
    ['large', large, /^PUT .*upload_id/],
  ])('a %s object that arrives damaged does not stay', async (_what, bytes, at) => {
    const key = newKey()
    emulator.fail({ at, isDamaged: true })
    await expect(store.put(key, pieces(bytes))).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    expect(await store.stat(key)).toBeNull()
    expect((await store.put(key, pieces(bytes))).sizeBytes).toBe(bytes.length)
  })

  test('a storage that stays unavailable is told as such, and nothing is left', async () => {
    const key = newKey()
    emulator.fail({ at: /^POST .*uploadType=multipart/, status: 503, times: 100 })
    await expect(store.put(key, pieces(small))).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: 'The storage of the files answers with HTTP status 503. Try again later.',
    })
    emulator.recover()
    expect(await store.stat(key)).toBeNull()
  })
})

describe('reading from a bucket', () => {
  const bytes = randomBytes(5 * MEGABYTE)

  test('goes on with the next byte when the connection breaks', async () => {
    const key = newKey()
    await store.put(key, pieces(bytes))
    emulator.fail({ at: /alt=media/, cutAnswerAfter: 2 * MEGABYTE })
    emulator.fail({ at: /alt=media/, status: 503 })
    emulator.fail({ at: /alt=media/, cutAnswerAfter: MEGABYTE })
    const asked = emulator.requests.length
    expect((await bytesOf(key)).equals(bytes)).toBe(true)
    expect(emulator.requests.slice(asked).filter(({ url }) => url.includes('alt=media'))).toHaveLength(4)
  })

  test('fails when other bytes arrive than were stored', async () => {
    const key = newKey()
    await store.put(key, pieces(bytes))
    emulator.fail({ at: /alt=media/, isDamaged: true })
    await expect(bytesOf(key)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    emulator.fail({ at: /alt=media/, isDamaged: true })
    await expect(store.localFile(key, join(folder, 'damaged'))).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    expect((await readFile(await store.localFile(key, join(folder, 'damaged')))).equals(bytes)).toBe(true)
  })

  test('of an object that is removed meanwhile says that it is missing', async () => {
    const key = newKey()
    await store.put(key, pieces(bytes))
    const reading = await store.read(key)
    await store.delete(key)
    await expect(reading[Symbol.asyncIterator]().next()).rejects.toThrow(ObjectMissingError)
  })

  test('of a storage that refuses, or does not answer, says so', async () => {
    const key = newKey()
    emulator.fail({ at: /./, status: 403, times: 3 })
    await expect(store.stat(key)).rejects.toThrow('The storage of the files refuses this server.')
    await expect(store.read(key)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    await expect(store.list('raw/')[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    })
    const gone = new Buckets({ ...names, apiEndpoint: 'http://127.0.0.1:9' })
    const unreachable = new GcsObjectStore(gone, new FileCache(join(folder, 'none'), MEGABYTE))
    await expect(unreachable.stat(key)).rejects.toThrow('The storage of the files does not answer.')
  })
})

describe('the buckets', () => {
  test('are chosen by the first name of a key, which stays a part of it', async () => {
    for (const first of ['raw', 'curated', 'artifacts'] as const) {
      const key = `${first}/by-name/x`
      await store.put(key, pieces(Buffer.from(first)))
      expect(emulator.bucket(names[first]).objects.has(key)).toBe(true)
    }
    await expect(store.stat('elsewhere/x')).rejects.toThrow('A key begins with "artifacts/", "curated/", "raw/"')
    await expect(store.stat('raw')).rejects.toThrow(RangeError)
  })

  test('may hold what is not ours: it is not listed', async () => {
    emulator.bucket(names.raw).put('raw/folder/', Buffer.from(''), { ifGenerationMatch: null })
    for await (const { key } of store.list('')) expect(key).not.toBe('raw/folder/')
  })

  test('that do not exist, or may not be listed, are told of at the start', async () => {
    await buckets.check(true)
    const missing = new Buckets({ ...names, curated: 'no-such-bucket', apiEndpoint: emulator.url })
    await expect(missing.check(false)).rejects.toThrow('GCS_BUCKET_CURATED="no-such-bucket": there is no such bucket.')
    emulator.fail({ at: /test-artifacts/, status: 403 })
    await expect(buckets.check(false)).rejects.toThrow(
      /^GCS_BUCKET_ARTIFACTS="test-artifacts": the account of this server may not list its objects\./,
    )
  })

  test('that do not answer just now are no reason not to start', async () => {
    emulator.fail({ at: /test-raw/, status: 503, times: 4 })
    await buckets.check(false)
  })
})
