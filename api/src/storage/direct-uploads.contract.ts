import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { expect, test } from 'vitest'
import type { DirectUpload, DirectUploads, StartedUpload } from './direct-uploads.ts'
import type { ObjectStore } from './object-store.ts'

const KILOBYTE = 1024
/** Buckets take pieces in multiples of this. */
const GRAIN = 256 * KILOBYTE

export interface UploadsUnderTest {
  uploads: DirectUploads
  store: ObjectStore
}

interface Answer {
  status: number
  receivedBytes: number | null
}

/** Begins an upload of some bytes. */
async function begin(uploads: DirectUploads, sizeBytes: number) {
  const upload: DirectUpload = {
    id: randomUUID(),
    key: `raw/${randomUUID()}/events.csv`,
    sizeBytes,
    expiresAt: new Date(Date.now() + 3_600_000),
    session: null,
  }
  const address = await uploads.begin(upload, null)
  return { upload: { ...upload, session: address.session }, address }
}

/** Sends bytes to the address of an upload as any client would, who has nothing but the address. */
async function send(
  { url, method, headers }: StartedUpload,
  bytes: Uint8Array<ArrayBuffer> | null,
  range?: string,
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...Object.fromEntries(headers.map(({ name, value }) => [name, value])),
      ...(range === undefined ? {} : { 'content-range': range }),
    },
    body: bytes,
  })
  await response.body?.cancel()
  const held = /^bytes=0-(\d+)$/.exec(response.headers.get('range') ?? '')
  return { status: response.status, receivedBytes: held === null ? null : Number(held[1]) + 1 }
}

/** Sends the beginning of what it announces, then the connection breaks. */
function sendPart({ url, method }: StartedUpload, bytes: Uint8Array, range: string, announced: number): Promise<void> {
  return new Promise((resolve) => {
    const sending = request(url, { method, headers: { 'content-range': range, 'content-length': announced } })
    sending.on('error', () => resolve())
    sending.on('close', () => resolve())
    sending.write(bytes, () => setTimeout(() => sending.destroy(), 50))
  })
}

async function bytesOf(store: ObjectStore, key: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of await store.read(key)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/**
 * What every store of uploads must do, seen from a client that has an address and from the server.
 *
 * @param canBeAsked false leaves out what has to do with questions in between, for emulators that know none
 */
export function directUploadsContract(
  name: string,
  { uploads, store }: UploadsUnderTest,
  { canBeAsked = true }: { canBeAsked?: boolean } = {},
): void {
  const bytes = new Uint8Array(randomBytes(3 * GRAIN + 12_345))
  const size = bytes.length
  const sha256 = createHash('sha256').update(bytes).digest('hex')

  test(`${name}: a file that is sent at once becomes an object when that is told, once and for all`, async () => {
    const { upload, address } = await begin(uploads, size)
    expect((await send(address, bytes)).status).toBe(200)
    const object = { key: upload.key, sizeBytes: size, sha256 }
    const finished = await Promise.all([uploads.finish(upload), uploads.finish(upload)])
    expect(finished).toEqual([
      { isComplete: true, object },
      { isComplete: true, object },
    ])
    expect((await bytesOf(store, upload.key)).equals(bytes)).toBe(true)
    await send(address, new Uint8Array(randomBytes(size))).catch(() => null)
    expect(await uploads.finish(upload)).toEqual({ isComplete: true, object })
    expect((await bytesOf(store, upload.key)).equals(bytes)).toBe(true)
  })

  test(`${name}: pieces follow each other, and what has arrived is told after each`, async () => {
    const { upload, address } = await begin(uploads, size)
    for (const first of [0, GRAIN]) {
      const piece = bytes.slice(first, first + GRAIN)
      const answer = await send(address, piece, `bytes ${first}-${first + GRAIN - 1}/${size}`)
      expect(answer).toEqual({ status: 308, receivedBytes: first + GRAIN })
    }
    expect(await store.stat(upload.key)).toBeNull()
    expect((await send(address, bytes.slice(2 * GRAIN), `bytes ${2 * GRAIN}-${size - 1}/${size}`)).status).toBe(200)
    expect(await uploads.finish(upload)).toMatchObject({ isComplete: true, object: { sizeBytes: size, sha256 } })
  })

  if (!canBeAsked) return

  test(`${name}: what has arrived is told when asked, by the address and by the server`, async () => {
    const { upload, address } = await begin(uploads, size)
    expect(await send(address, null, `bytes */${size}`)).toEqual({ status: 308, receivedBytes: null })
    expect(await uploads.finish(upload)).toEqual({ isComplete: false, receivedBytes: 0 })
    await send(address, bytes.slice(0, 2 * GRAIN), `bytes 0-${2 * GRAIN - 1}/${size}`)
    expect(await send(address, null, `bytes */${size}`)).toEqual({ status: 308, receivedBytes: 2 * GRAIN })
    expect(await uploads.finish(upload)).toEqual({ isComplete: false, receivedBytes: 2 * GRAIN })
    await send(address, bytes.slice(2 * GRAIN), `bytes ${2 * GRAIN}-${size - 1}/${size}`)
    expect((await send(address, null, `bytes */${size}`)).status).toBe(200)
    expect(await uploads.finish(upload)).toMatchObject({ isComplete: true, object: { sizeBytes: size, sha256 } })
  })

  test(`${name}: an upload goes on from what had arrived when the connection broke`, async () => {
    const { upload, address } = await begin(uploads, size)
    await sendPart(address, bytes.slice(0, 2 * GRAIN + 77), `bytes 0-${size - 1}/${size}`, size)
    let { receivedBytes } = await send(address, null, `bytes */${size}`)
    expect(receivedBytes).toBeGreaterThanOrEqual(GRAIN)
    expect(receivedBytes).toBeLessThanOrEqual(2 * GRAIN + 77)
    receivedBytes ??= 0
    const rest = await send(address, bytes.slice(receivedBytes), `bytes ${receivedBytes}-${size - 1}/${size}`)
    expect(rest.status).toBe(200)
    expect(await uploads.finish(upload)).toMatchObject({ isComplete: true, object: { sizeBytes: size, sha256 } })
  })

  test(`${name}: an upload that is begun again keeps what has come of it`, async () => {
    const { upload, address } = await begin(uploads, size)
    await send(address, bytes.slice(0, GRAIN), `bytes 0-${GRAIN - 1}/${size}`)
    const again = await uploads.begin(upload, null)
    expect(await send(again, null, `bytes */${size}`)).toEqual({ status: 308, receivedBytes: GRAIN })
    expect((await send(again, bytes.slice(GRAIN), `bytes ${GRAIN}-${size - 1}/${size}`)).status).toBe(200)
    expect(await uploads.finish(upload)).toMatchObject({ isComplete: true, object: { sha256 } })
  })

  test(`${name}: bytes that leave a gap, or are too many, are refused`, async () => {
    const { upload, address } = await begin(uploads, size)
    const gap = await send(address, bytes.slice(GRAIN, 2 * GRAIN), `bytes ${GRAIN}-${2 * GRAIN - 1}/${size}`)
    expect(gap.status).toBeGreaterThanOrEqual(400)
    expect((await send(address, new Uint8Array(size + 1))).status).toBe(400)
    expect(await uploads.finish(upload)).toEqual({ isComplete: false, receivedBytes: 0 })
  })

  test(`${name}: an upload that is discarded takes nothing more`, async () => {
    const { upload, address } = await begin(uploads, size)
    await send(address, bytes.slice(0, GRAIN), `bytes 0-${GRAIN - 1}/${size}`)
    await uploads.discard(upload)
    await uploads.discard(upload)
    expect((await send(address, bytes.slice(GRAIN), `bytes ${GRAIN}-${size - 1}/${size}`)).status).toBe(410)
    expect(await uploads.finish(upload)).toEqual({ isComplete: false, receivedBytes: 0 })
    expect(await store.stat(upload.key)).toBeNull()
  })
}
