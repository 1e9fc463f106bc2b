import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { newFolder } from '../new-folder.ts'
import {
  Bucket,
  requireHashes,
  Sessions,
  StorageError,
  take,
  type CorsRule,
  type Session,
  type StoredObject,
} from './buckets.ts'
import { Faults, type Fault } from './faults.ts'
import { multipartOf } from './multipart.ts'
import { verifySignedUrl } from './signed-urls.ts'

export interface SeenRequest {
  method: string
  url: string
  /** Bytes of its body that came. */
  bytes: number
}

/**
 * A storage that speaks as Google's does, as far as its client for Node and browsers with signed addresses use it: the
 * JSON API, uploads at once and in sessions, and signed addresses of objects. Its objects are in memory.
 */
export interface GcsEmulator {
  url: string
  /** Key file of an account that may sign addresses. */
  keyFile: string
  bucket(name: string): Bucket
  /** Makes the next requests go wrong. */
  fail(fault: Fault): void
  /** Makes all go well again. */
  recover(): void
  /** All requests so far. */
  requests: SeenRequest[]
  /** Uploads that were begun and neither finished nor given up. */
  readonly openSessions: number
  close(): Promise<void>
}

export interface EmulatorOptions {
  /** Names of its buckets. */
  buckets: string[]
  cors?: CorsRule[]
  /** Objects that a page of a list has at most, whatever was asked for. */
  pageSize?: number
}

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  url: URL
  fault: Fault | null
}

export async function startGcsEmulator({
  buckets: names,
  cors = [],
  pageSize = 1000,
}: EmulatorOptions): Promise<GcsEmulator> {
  // The client reads it too: these are the buckets that are meant.
  delete process.env.STORAGE_EMULATOR_HOST
  const buckets = new Map(names.map((name) => [name, new Bucket(name)]))
  for (const bucket of buckets.values()) bucket.cors = cors
  const sessions = new Sessions()
  const faults = new Faults()
  const requests: SeenRequest[] = []
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })

  const bucketOf = (name: string): Bucket => {
    const bucket = buckets.get(decodeURIComponent(name))
    if (bucket === undefined) throw new StorageError(404, 'notFound', 'The specified bucket does not exist.')
    return bucket
  }

  async function answer(exchange: Exchange, seen: SeenRequest): Promise<void> {
    const { request, response, url, fault } = exchange
    if (fault?.status !== undefined) throw new StorageError(fault.status, 'backendError', 'Something went wrong.')
    if (request.method === 'OPTIONS') return preflight(exchange)
    const upload = /^\/upload\/storage\/v1\/b\/([^/]+)\/o$/.exec(url.pathname)
    if (upload !== null) return takeUpload(exchange, bucketOf(upload[1]!), seen)
    const object = /^\/storage\/v1\/b\/([^/]+)\/o(?:\/([^/]+))?$/.exec(url.pathname)
    if (object !== null) return jsonApi(exchange, bucketOf(object[1]!), object[2])
    const [, name, ...key] = url.pathname.split('/')
    const bucket = bucketOf(name!)
    allowOrigin(request, response, bucket, request.headers.origin ?? null)
    verifySignedUrl(request.method!, url, publicKey)
    const asked = (parameter: string) => url.searchParams.get(`response-${parameter}`)
    response.setHeader('content-type', asked('content-type') ?? 'application/octet-stream')
    const disposition = asked('content-disposition')
    if (disposition !== null) response.setHeader('content-disposition', disposition)
    sendMedia(exchange, bucket.get(decodeURIComponent(key.join('/'))))
  }

  function jsonApi(exchange: Exchange, bucket: Bucket, encodedName: string | undefined): void {
    const { request, response, url } = exchange
    const query = url.searchParams
    if (encodedName === undefined) {
      const most = Math.min(Number(query.get('maxResults') ?? pageSize), pageSize)
      const token = Buffer.from(query.get('pageToken') ?? '', 'base64').toString()
      const { objects, next } = bucket.list(query.get('prefix') ?? '', token, most)
      return sendJson(response, {
        kind: 'storage#objects',
        ...(objects.length === 0 ? {} : { items: objects.map((object) => resourceOf(bucket, object)) }),
        ...(next === null ? {} : { nextPageToken: Buffer.from(next).toString('base64') }),
      })
    }
    const name = decodeURIComponent(encodedName)
    if (request.method === 'DELETE') {
      bucket.delete(name)
      response.writeHead(204).end()
      return
    }
    const object = bucket.get(name, query.get('generation'))
    if (query.get('alt') !== 'media') return sendJson(response, resourceOf(bucket, object))
    response.setHeader('content-type', object.contentType)
    sendMedia(exchange, object)
  }

  async function takeUpload(exchange: Exchange, bucket: Bucket, seen: SeenRequest): Promise<void> {
    const { request, response, url, fault } = exchange
    const query = url.searchParams
    const id = query.get('upload_id')
    const { body, isCut } = await bodyOf(request, fault?.cutRequestAfter ?? Infinity)
    seen.bytes = body.length
    if (fault?.isDamaged === true) body[body.length - 100]! ^= 1
    if (id !== null) return takePiece(exchange, sessions.get(id), body, isCut)
    if (isCut) return
    const ifGenerationMatch = query.get('ifGenerationMatch')
    if (query.get('uploadType') === 'multipart') {
      const { about, bytes } = multipartOf(body, request.headers['content-type'] ?? '')
      if (about.md5Hash !== undefined) requireHashes(bytes, `md5=${about.md5Hash}`)
      const object = bucket.put(query.get('name') ?? about.name!, bytes, { ifGenerationMatch, ...about })
      return sendJson(response, resourceOf(bucket, object))
    }
    const about = JSON.parse(body.toString() || '{}') as { metadata?: Record<string, string> }
    const size = request.headers['x-upload-content-length']
    const name = query.get('name')!
    const { id: begun } = sessions.begin({
      bucket,
      name,
      origin: request.headers.origin ?? null,
      sizeBytes: size === undefined ? null : Number(size),
      ifGenerationMatch,
      contentType: String(request.headers['x-upload-content-type'] ?? 'application/octet-stream'),
      metadata: about.metadata ?? {},
    })
    const address = `${emulator.url}${url.pathname}?uploadType=resumable&name=${encodeURIComponent(name)}&upload_id=${begun}`
    response.writeHead(200, { location: address }).end()
  }

  function takePiece({ request, response }: Exchange, session: Session, body: Buffer, isCut: boolean): void {
    allowOrigin(request, response, session.bucket, session.origin)
    if (request.method === 'DELETE') {
      sessions.cancel(session.id)
      response.writeHead(499).end()
      return
    }
    const range = request.headers['content-range']
    if (range?.startsWith('bytes */') !== true) {
      const parts = /^bytes (\d+)-(?:\d+|\*)\/(\d+|\*)$/.exec(range ?? `bytes 0-*/${body.length}`)
      if (parts === null) throw new StorageError(400, 'badRequest', `Invalid Content-Range "${range}".`)
      const [, first, size] = parts
      const isOpen = /-\*\/\*$/.test(range ?? '')
      const sizeBytes = isOpen ? Number(first) + body.length : size === '*' ? null : Number(size)
      take(session, body, {
        first: Number(first),
        isCut,
        sizeBytes,
        hashes: String(request.headers['x-goog-hash'] ?? ''),
      })
    }
    if (session.object !== null) return sendJson(response, resourceOf(session.bucket, session.object))
    const held = session.bytes.length
    response.writeHead(308, held === 0 ? {} : { range: `bytes=0-${held - 1}` }).end()
  }

  function preflight({ request, response, url }: Exchange): void {
    const id = url.searchParams.get('upload_id')
    const bucket = id === null ? bucketOf(url.pathname.split('/')[1]!) : sessions.get(id).bucket
    allowOrigin(request, response, bucket, id === null ? (request.headers.origin ?? null) : sessions.get(id).origin)
    response.writeHead(200).end()
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url!, emulator.url)
    const exchange = { request, response, url, fault: faults.next(request) }
    const seen = { method: request.method!, url: request.url!, bytes: 0 }
    requests.push(seen)
    if (exchange.fault?.loseAnswer === true) {
      response.end = () => response.destroy()
    }
    answer(exchange, seen).catch((error: unknown) => sendError(exchange, error))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const keyFile = join(await newFolder(), 'account.json')
  const account = {
    type: 'service_account',
    client_email: 'fairlift@example.iam.gserviceaccount.com',
    private_key: privateKey,
  }
  await writeFile(keyFile, JSON.stringify(account))
  const emulator: GcsEmulator = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keyFile,
    bucket: (name) => buckets.get(name)!,
    fail: (fault) => faults.add(fault),
    recover: () => faults.clear(),
    requests,
    get openSessions() {
      return sessions.size
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return emulator
}

/** The body of a request; the connection is broken when so many bytes of it have come. */
async function bodyOf(request: IncomingMessage, cutAfter: number): Promise<{ body: Buffer; isCut: boolean }> {
  const { socket } = request
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= cutAfter) break
    }
  } catch {
    return { body: Buffer.concat(chunks), isCut: true }
  }
  const isCut = bytes >= cutAfter
  if (isCut) socket.resetAndDestroy()
  return { body: Buffer.concat(chunks).subarray(0, cutAfter), isCut }
}

/**
 * Lets a page read the answer, if it is the one that the upload was begun for and a rule of the bucket allows it. (Where
 * the storage may be more generous, this is not.)
 */
function allowOrigin(
  request: IncomingMessage,
  response: ServerResponse,
  bucket: Bucket,
  begunFor: string | null,
): void {
  const { origin } = request.headers
  const method = request.headers['access-control-request-method'] ?? request.method!
  const rule = bucket.cors.find((one) => one.origin.includes(origin ?? '') && one.method.includes(method))
  if (origin === undefined || origin !== begunFor || rule === undefined) return
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader('access-control-expose-headers', rule.responseHeader.join(', '))
  if (request.method !== 'OPTIONS') return
  response.setHeader('access-control-allow-methods', rule.method.join(', '))
  response.setHeader('access-control-allow-headers', rule.responseHeader.join(', '))
}

function sendMedia({ request, response, fault }: Exchange, object: StoredObject): void {
  const { length } = object.bytes
  const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
  const first = asked === null ? 0 : Number(asked[1])
  const last = asked === null || asked[2] === '' ? length - 1 : Math.min(Number(asked[2]), length - 1)
  if (asked !== null && first >= length) throw new StorageError(416, 'requestedRangeNotSatisfiable', 'Invalid range.')
  let bytes = object.bytes.subarray(first, last + 1)
  if (fault?.isDamaged === true) {
    bytes = Buffer.from(bytes)
    bytes[0]! ^= 1
  }
  response.writeHead(asked === null ? 200 : 206, {
    'content-length': bytes.length,
    'accept-ranges': 'bytes',
    'x-goog-hash': `crc32c=${object.crc32c},md5=${object.md5Hash}`,
    'x-goog-generation': object.generation,
    'x-goog-stored-content-encoding': 'identity',
    ...(asked === null ? {} : { 'content-range': `bytes ${first}-${last}/${length}` }),
  })
  if (fault?.cutAnswerAfter === undefined) return void response.end(bytes)
  response.write(bytes.subarray(0, fault.cutAnswerAfter), () => response.destroy())
}

function resourceOf(bucket: Bucket, object: StoredObject): Record<string, unknown> {
  const { bytes, timeCreated, ...rest } = object
  return {
    kind: 'storage#object',
    bucket: bucket.name,
    ...rest,
    size: String(bytes.length),
    timeCreated: timeCreated.toISOString(),
  }
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(value))
}

function sendError({ request, response }: Exchange, error: unknown): void {
  const { status, reason, message } =
    error instanceof StorageError ? error : new StorageError(500, 'emulatorBroke', String((error as Error).stack))
  // The storage answers without hearing the rest.
  request.resume()
  const body = { error: { code: status, message, errors: [{ message, domain: 'global', reason }] } }
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(body))
}
