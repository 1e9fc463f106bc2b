import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from '../logger.ts'
import {
  UploadGoneError,
  UploadLengthError,
  UploadPositionError,
  type ByteRange,
  type LocalUploads,
} from '../storage/local-uploads.ts'
import { drain } from './drain.ts'
import type { FileSigner, SignedUpload } from './file-signer.ts'

/** A sender who is silent for so long is gone: the upload can be gone on with on another connection. */
const IDLE_MS = 120_000

/** How the request and the upload do not fit; the message says so. */
class RefusedUpload extends Error {
  readonly status: number
  readonly receivedBytes: number | null

  constructor(status: number, message: string, receivedBytes: number | null = null) {
    super(message)
    this.status = status
    this.receivedBytes = receivedBytes
  }
}

/**
 * Takes the bytes of uploads at signed addresses: `PUT` with all of them, or piece by piece with `Content-Range`. While
 * bytes are missing the answer is 308, and `Range` tells those that are there; so it does to `GET`, `HEAD`, and a `PUT`
 * of nothing with `Content-Range: bytes *` + `/<size>`.
 */
export function registerSignedUploads(
  server: FastifyInstance,
  uploads: LocalUploads,
  signer: FileSigner,
  logger: Logger,
): void {
  void server.register((scope, _options, done) => {
    // Whatever the bytes are said to be, they are taken as they are.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null))
    scope.route<{ Params: { id: string }; Querystring: Record<string, string> }>({
      method: ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE'],
      url: '/uploads/:id',
      exposeHeadRoute: false,
      async handler(request, reply) {
        try {
          const upload = signer.verifyUpload(request.params.id, request.query)
          if (upload === null) {
            const message = 'The address is not signed by this server, or is too old. Ask for a new one.'
            throw new RefusedUpload(403, message)
          }
          const receivedBytes = await receivedAfter(request, upload, uploads)
          return tell(reply, upload, receivedBytes)
        } catch (error) {
          const refused = refusalOf(error)
          if (refused === null) {
            if (!request.raw.destroyed) throw error
            // Nobody is there to be answered.
            logger.debug({ err: error, uploadId: request.params.id }, 'the connection of an upload broke')
            return reply.hijack()
          }
          await drain(request, reply)
          if (refused.receivedBytes !== null) tellRange(reply, refused.receivedBytes)
          return reply.code(refused.status).send({ error: refused.message })
        }
      },
    })
    done()
  })
}

async function receivedAfter(request: FastifyRequest, upload: SignedUpload, uploads: LocalUploads): Promise<number> {
  if (request.method === 'GET' || request.method === 'HEAD') return uploads.receivedBytes(upload.id)
  if (request.method !== 'PUT') {
    throw new RefusedUpload(405, `An upload is sent by PUT, and looked at by GET or HEAD, not ${request.method}.`)
  }
  const contentRange = request.headers['content-range']
  const length = request.headers['content-length']
  if (contentRange?.startsWith('bytes */') && (length === undefined || length === '0')) {
    return uploads.receivedBytes(upload.id)
  }
  const range = rangeOf(contentRange, upload)
  const announced = range === null ? upload.sizeBytes : range.last - range.first + 1
  if (length !== undefined && Number(length) !== announced) {
    const by = range === null ? 'when the upload was requested' : 'by Content-Range'
    throw new RefusedUpload(400, `The body has ${length} bytes, where ${announced} were announced ${by}.`)
  }
  request.raw.setTimeout(IDLE_MS, () => request.raw.destroy(new Error('The sender was silent for too long.')))
  return uploads.receive(upload, range, request.raw)
}

function rangeOf(header: string | undefined, { sizeBytes }: SignedUpload): ByteRange {
  if (header === undefined) return null
  const parts = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(header)?.slice(1).map(Number)
  if (parts === undefined) {
    throw new RefusedUpload(400, `Content-Range is "bytes <first>-<last>/<size>", got "${header}".`)
  }
  const [first, last, size] = parts as [number, number, number]
  if (size !== sizeBytes || first > last || last >= sizeBytes) {
    throw new RefusedUpload(400, `The file has ${sizeBytes} bytes, which "${header}" does not fit.`)
  }
  return { first, last }
}

function tell(reply: FastifyReply, { sizeBytes }: SignedUpload, receivedBytes: number): FastifyReply {
  reply.header('cache-control', 'no-store')
  if (receivedBytes === sizeBytes) return reply.send({ receivedBytes })
  return tellRange(reply, receivedBytes).code(308).send()
}

/** As in the answer of a resumable upload: the last byte that is there; nothing when there is none. */
function tellRange(reply: FastifyReply, receivedBytes: number): FastifyReply {
  return receivedBytes === 0 ? reply : reply.header('range', `bytes=0-${receivedBytes - 1}`)
}

function refusalOf(error: unknown): RefusedUpload | null {
  if (error instanceof RefusedUpload) return error
  if (error instanceof UploadGoneError) return new RefusedUpload(410, error.message)
  if (error instanceof UploadPositionError) return new RefusedUpload(409, error.message, error.receivedBytes)
  if (error instanceof UploadLengthError) return new RefusedUpload(400, error.message)
  return null
}
