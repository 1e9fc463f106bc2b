import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { startGcsEmulator } from '../../../test/testkit/gcs/emulator.ts'
import { outsideStorage } from '../../../test/testkit/gcs/outside-storage.ts'
import { Buckets } from '../storage/gcs/buckets.ts'
import { FileCache } from '../storage/gcs/file-cache.ts'
import { GcsObjectStore } from '../storage/gcs/gcs-store.ts'
import { LocalObjectStore } from '../storage/local.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import { FileSigner } from './file-signer.ts'
import { filesContract } from './files.contract.ts'
import { registerFiles } from './files.ts'

const folder = await mkdtemp(join(tmpdir(), 'fairlift-files-'))
const names = { raw: 'test-raw', curated: 'test-curated', artifacts: 'test-artifacts' }
const outside = await outsideStorage()
const emulator = await startGcsEmulator({ buckets: Object.values(names) })
process.env.GOOGLE_APPLICATION_CREDENTIALS = emulator.keyFile
const buckets = new Buckets({ ...names, apiEndpoint: emulator.url })
const closing: (() => Promise<unknown>)[] = [() => emulator.close()]

async function serve(store: ObjectStore): Promise<{ store: ObjectStore; signer: FileSigner }> {
  let url = ''
  const signer = new FileSigner('a secret of the test', () => url)
  const server = Fastify({ forceCloseConnections: true })
  registerFiles(server, store, signer, [])
  url = await server.listen({ host: '127.0.0.1', port: 0 })
  closing.push(() => server.close())
  return { store, signer }
}

afterAll(async () => {
  for (const close of closing) await close()
  await rm(folder, { recursive: true, force: true })
})

afterEach(() => emulator.recover())

filesContract('local folder', await serve(new LocalObjectStore(join(folder, 'files'))))
const inBuckets = await serve(new GcsObjectStore(buckets, new FileCache(join(folder, 'cache'), 2 ** 20)))
filesContract('buckets', inBuckets)
if (outside !== null) {
  const { url, ...elsewhere } = outside
  const store = new GcsObjectStore(
    new Buckets({ ...elsewhere, apiEndpoint: url }),
    new FileCache(join(folder, 'elsewhere'), 2 ** 20),
  )
  filesContract('buckets elsewhere', await serve(store))
}

describe('a file in a bucket', () => {
  const { store, signer } = inBuckets
  async function* some(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('some bytes')
  }

  test('that is saved comes from the bucket itself, by an address that it signed for this file alone', async () => {
    await store.put('raw/b/x.csv', some())
    const { status, headers } = await fetch(signer.url('raw/b/x.csv', 'x.csv'), { redirect: 'manual' })
    expect(status).toBe(302)
    expect(headers.get('cache-control')).toBe('no-store')
    const address = new URL(headers.get('location')!)
    expect(address.origin).toBe(emulator.url)
    expect((await fetch(address)).status).toBe(200)
    const changed = new URL(address)
    changed.searchParams.set('response-content-disposition', 'inline')
    expect((await fetch(changed)).status).toBe(403)
    const other = new URL(address)
    other.pathname = other.pathname.replace('x.csv', 'y.csv')
    expect((await fetch(other)).status).toBe(403)
  })

  test('that is shown comes through this server, which says how it may be looked at', async () => {
    await store.put('artifacts/b/x.svg', some())
    const response = await fetch(signer.url('artifacts/b/x.svg', 'x.svg'), { redirect: 'error' })
    expect(await response.text()).toBe('some bytes')
  })

  test('comes through this server where addresses cannot be signed', async () => {
    const unsigned = new Buckets({ ...names, apiEndpoint: emulator.url })
    process.env.GOOGLE_APPLICATION_CREDENTIALS = join(folder, 'no-such-key.json')
    await unsigned.check(true)
    process.env.GOOGLE_APPLICATION_CREDENTIALS = emulator.keyFile
    const through = await serve(new GcsObjectStore(unsigned, new FileCache(join(folder, 'other'), 2 ** 20)))
    await store.put('raw/c/x.csv', some())
    const response = await fetch(through.signer.url('raw/c/x.csv', 'x.csv'), { redirect: 'error' })
    expect(await response.text()).toBe('some bytes')
  })
})
