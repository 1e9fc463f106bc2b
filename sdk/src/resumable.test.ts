import { describe, expect, test } from 'vitest'
import { FairliftNetworkError } from './errors.ts'
import { piecesOf, type PieceSource } from './piece-source.ts'
import { sendPieces, type SendOptions } from './resumable.ts'

const MEGABYTE = 2 ** 20
const target = (sizeBytes: number) => ({
  url: 'https://storage.example/uploads/1?signature=secret',
  headers: [{ name: 'x-upload', value: 'yes' }],
  sizeBytes,
})
const retry = { attempts: 3, baseDelayMs: 1, maxDelayMs: 1 }

const bytes = someBytes(5 * MEGABYTE + 7)

/** What a request does to the storage: `keep` bytes of it arrive, then the answer is this, or none. */
type Mishap = { keep: number; answer?: Response | Error }

/** Storage that takes pieces, with a mishap at some of the requests, counted from 0. */
function storage(sizeBytes: number, mishaps: Record<number, Mishap> = {}) {
  const stored = new Uint8Array(sizeBytes)
  let held = 0
  const requests: { range: string; bytes: number; headers: Headers }[] = []
  const status = (): Response =>
    held === sizeBytes
      ? Response.json({ receivedBytes: sizeBytes })
      : new Response(null, {
          status: 308,
          headers: held === 0 ? {} : { range: `bytes=0-${held - 1}` },
        })
  const fetch = (async (_url: string, { headers, body }: RequestInit) => {
    const range = new Headers(headers).get('content-range')!
    const sent = new Uint8Array(await new Response(body).arrayBuffer())
    const mishap = mishaps[requests.length]
    requests.push({ range, bytes: sent.length, headers: new Headers(headers) })
    if (range.startsWith('bytes */') && mishap === undefined) return status()
    const first = Number(/^bytes (\d+)-/.exec(range)?.[1] ?? held)
    if (first !== held) return new Response('{}', { status: 409, headers: status().headers })
    const kept = sent.subarray(0, mishap?.keep)
    stored.set(kept, held)
    held += kept.length
    if (mishap === undefined || mishap.answer === undefined) {
      if (mishap !== undefined) throw new TypeError('fetch failed', { cause: new Error('socket hang up') })
      return status()
    }
    if (mishap.answer instanceof Error) throw mishap.answer
    return mishap.answer
  }) as typeof globalThis.fetch
  return { fetch, requests, isWhole: () => Buffer.from(stored.buffer, 0, held).equals(bytes) }
}

function someBytes(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) & 255)
}

function streamPieces(bytes: Uint8Array, sizeBytes = bytes.length): PieceSource {
  async function* stream(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000)
  }
  return piecesOf({ name: 'stream.csv', stream, sizeBytes })
}

const sources: [string, () => PieceSource][] = [
  ['a Blob', () => piecesOf(new Blob([bytes]))],
  ['a stream', () => streamPieces(bytes)],
]

function send(fetch: typeof globalThis.fetch, source: PieceSource, options: Partial<SendOptions> = {}) {
  return sendPieces(target(bytes.length), source, { fetch, retry, ...options })
}

describe.each(sources)('%s that is sent in pieces', (_name, source) => {
  test('arrives whole, with the headers of its address, each piece following the one before', async () => {
    const { fetch, requests, isWhole } = storage(bytes.length)
    const told: number[] = []
    await send(fetch, source(), { onProgress: ({ sentBytes }) => told.push(sentBytes) })
    expect(isWhole()).toBe(true)
    expect(requests.length).toBeGreaterThan(2)
    expect(requests.every(({ headers }) => headers.get('x-upload') === 'yes')).toBe(true)
    expect(requests[0]!.range).toBe(`bytes 0-${MEGABYTE - 1}/${bytes.length}`)
    expect(told).toEqual([...told].sort((one, other) => one - other))
    expect(told.at(-1)).toBe(bytes.length)
  })

  test('goes on from what has arrived when the connection breaks in the middle of a piece', async () => {
    const { fetch, requests, isWhole } = storage(bytes.length, { 1: { keep: 123_456 } })
    await send(fetch, source())
    expect(isWhole()).toBe(true)
    expect(requests[2]).toMatchObject({ range: `bytes */${bytes.length}`, bytes: 0 })
    expect(requests[3]!.range).toMatch(new RegExp(`^bytes ${MEGABYTE + 123_456}-`))
  })

  test('goes on when the storage is unavailable for a while, also while it is asked', async () => {
    const down = (): Mishap => ({ keep: 0, answer: new Response('', { status: 503 }) })
    const { fetch, isWhole } = storage(bytes.length, { 0: down(), 1: down(), 4: down() })
    await send(fetch, source())
    expect(isWhole()).toBe(true)
  })

  test('is not sent again when all of it has arrived and only the answer was lost', async () => {
    const { fetch, requests, isWhole } = storage(bytes.length, { 2: { keep: Infinity } })
    await send(fetch, source())
    expect(isWhole()).toBe(true)
    expect(requests.filter(({ range }) => !range.startsWith('bytes */'))).toHaveLength(3)
  })
})

describe('sending in pieces', () => {
  test('is given up after the attempts of the policy, counted anew when something has arrived', async () => {
    const broken: Record<number, Mishap> = {}
    for (let at = 1; at < 100; at++) broken[at] = { keep: 0 }
    const { fetch, requests } = storage(bytes.length, broken)
    await expect(send(fetch, streamPieces(bytes))).rejects.toThrow(FairliftNetworkError)
    expect(requests).toHaveLength(1 + 1 + retry.attempts)
  })

  test('never tells the signature of the address', async () => {
    const { fetch } = storage(bytes.length, { 0: { keep: 0 }, 1: { keep: 0 }, 2: { keep: 0 }, 3: { keep: 0 } })
    const error = await send(fetch, streamPieces(bytes)).catch((cause: unknown) => cause as Error)
    expect((error as Error).message).toContain('https://storage.example/uploads/1')
    expect((error as Error).message).not.toContain('secret')
  })

  test('ends with the reason when the address is refused', async () => {
    const answer = new Response('{"error":"The address is too old."}', { status: 403 })
    const { fetch, requests } = storage(bytes.length, { 0: { keep: 0, answer } })
    await expect(send(fetch, streamPieces(bytes))).rejects.toMatchObject({
      code: 'NETWORK',
      status: 403,
      message: expect.stringContaining('The address is too old.') as string,
    })
    expect(requests).toHaveLength(1)
  })

  test.each([
    ['fewer', bytes.subarray(0, 2 * MEGABYTE)],
    ['more', new Uint8Array([...bytes, 1])],
  ])('of a stream with %s bytes than it says is not complete', async (which, given) => {
    const { fetch } = storage(bytes.length)
    await expect(send(fetch, streamPieces(given, bytes.length))).rejects.toMatchObject({
      code: 'UPLOAD_ABORTED',
      message: expect.stringContaining(which) as string,
    })
  })

  test('ends at once when it is aborted, also while the stream gives nothing', async () => {
    const stop = new AbortController()
    const enough = new Error('enough')
    const { fetch } = storage(bytes.length)
    async function* stalled(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 10)
      await new Promise(() => undefined)
    }
    const sending = send(fetch, piecesOf({ name: 'stalled.csv', stream: stalled }), { signal: stop.signal })
    setTimeout(() => stop.abort(enough), 5)
    await expect(sending).rejects.toBe(enough)
    await expect(send(fetch, streamPieces(bytes), { signal: stop.signal })).rejects.toBe(enough)
  })

  test('fails with the error of the stream', async () => {
    const { fetch } = storage(bytes.length)
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 10)
      throw new Error('the disk is gone')
    }
    await expect(send(fetch, piecesOf({ name: 'x', stream: breaking }))).rejects.toThrow('the disk is gone')
  })
})
