import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { startGcsEmulator } from '../../../../test/testkit/gcs/emulator.ts'
import { directUploadsContract } from '../direct-uploads.contract.ts'
import { Buckets } from './buckets.ts'
import { FileCache } from './file-cache.ts'
import { GcsObjectStore } from './gcs-store.ts'
import { GcsUploads } from './gcs-uploads.ts'

const names = { raw: 'test-raw', curated: 'test-curated', artifacts: 'test-artifacts' }
const folder = await mkdtemp(join(tmpdir(), 'fairlift-gcs-uploads-'))
const emulator = await startGcsEmulator({ buckets: Object.values(names) })
const buckets = new Buckets({ ...names, apiEndpoint: emulator.url })
const store = new GcsObjectStore(buckets, new FileCache(join(folder, 'cache'), 2 ** 20))
const uploads = new GcsUploads(buckets, store)

afterAll(async () => {
  await emulator.close()
  await rm(folder, { recursive: true, force: true })
})

afterEach(() => emulator.recover())

directUploadsContract('buckets', { uploads, store })

const newUpload = () => ({
  id: randomUUID(),
  key: `raw/${randomUUID()}/events.csv`,
  sizeBytes: 10,
  expiresAt: new Date(Date.now() + 3_600_000),
  session: null,
})

test('buckets: what was begun and discarded is no open session of the storage', async () => {
  const upload = newUpload()
  const before = emulator.openSessions
  const { session } = await uploads.begin(upload, null)
  expect(emulator.openSessions).toBe(before + 1)
  await uploads.discard({ ...upload, session })
  expect(emulator.openSessions).toBe(before)
})

test('buckets: a key that is taken is not written by an upload', async () => {
  const upload = newUpload()
  const { url } = await uploads.begin(upload, null)
  emulator.bucket(names.raw).put(upload.key, Buffer.from('first'), { ifGenerationMatch: null })
  expect((await fetch(url, { method: 'PUT', body: '0123456789' })).status).toBe(412)
  expect(emulator.bucket(names.raw).get(upload.key).bytes.toString()).toBe('first')
})

test('buckets: a moment without the storage is waited for; a longer one is told', async () => {
  const upload = newUpload()
  const { session } = await uploads.begin(upload, null)
  emulator.fail({ at: /upload_id/, status: 503 })
  expect(await uploads.finish({ ...upload, session })).toEqual({ isComplete: false, receivedBytes: 0 })
  emulator.fail({ at: /upload_id/, status: 503, times: 10 })
  await expect(uploads.finish({ ...upload, session })).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
})
