import { FairliftError, FairliftNetworkError } from './errors.ts'
import { unreachable } from './http-answer.ts'
import type { UploadProgress } from './multipart.ts'
import type { PieceSource } from './piece-source.ts'
import { backoffMs, delay, type RetryPolicy } from './retry.ts'

/** Where the bytes go. */
export interface UploadTarget {
  url: string
  headers: readonly { name: string; value: string }[]
  sizeBytes: number
}

export interface SendOptions {
  fetch: typeof fetch
  retry: Pick<RetryPolicy, 'attempts' | 'baseDelayMs' | 'maxDelayMs'>
  signal?: AbortSignal
  onProgress?: (progress: UploadProgress) => void
}

/** Storage takes pieces in multiples of this. */
const GRAIN_BYTES = 256 << 10
const FIRST_PIECE_BYTES = 4 * GRAIN_BYTES
const LARGEST_PIECE_BYTES = 64 * GRAIN_BYTES
/** A piece shall take about so long: progress is told after each, and what is lost with a connection is sent again. */
const SHORT_MS = 500
const LONG_MS = 2000

const NOTHING_TAKEN =
  'The storage took none of the bytes, or does not let this page read how many: where it is a bucket, its CORS rules have to name the response header "Range".'

/**
 * Sends a file to a signed address, piece by piece. When the connection breaks it asks what has arrived and goes on from
 * there; it gives up after several failures with nothing new in between.
 *
 * @throws FairliftNetworkError; FairliftError UPLOAD_ABORTED when the file has another size than announced; what the file's
 *   stream throws; the signal's reason
 */
export async function sendPieces(target: UploadTarget, source: PieceSource, options: SendOptions): Promise<void> {
  const { retry, signal, onProgress } = options
  const { sizeBytes: totalBytes } = target
  let sentBytes = 0
  let pieceBytes = FIRST_PIECE_BYTES
  let failures = 0
  let isSure = true
  while (sentBytes < totalBytes) {
    signal?.throwIfAborted()
    const end = Math.min(totalBytes, sentBytes + pieceBytes)
    const piece = isSure ? await orAborted(pieceOf(source, sentBytes, end, totalBytes), signal) : null
    const beganAt = performance.now()
    try {
      const held = await put(target, piece, sentBytes, options)
      if (held <= sentBytes && isSure) throw new FairliftNetworkError(NOTHING_TAKEN, { status: 503 })
      if (held > sentBytes) {
        failures = 0
        sentBytes = held
        onProgress?.({ sentBytes, totalBytes })
      }
      if (isSure) pieceBytes = nextPieceBytes(pieceBytes, performance.now() - beganAt)
      isSure = true
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof FairliftNetworkError && error.isTransient) || failures >= retry.attempts) throw error
      await delay(backoffMs(failures++, retry), signal)
      // The next question is how much has arrived.
      isSure = false
    }
  }
  if (sizeOf(await orAborted(source.read(totalBytes, totalBytes + 1), signal)) > 0) throw otherSize('more', totalBytes)
}

function sizeOf(piece: Blob | Uint8Array): number {
  return piece instanceof Blob ? piece.size : piece.byteLength
}

function otherSize(which: 'fewer' | 'more', announced: number): FairliftError {
  return new FairliftError('UPLOAD_ABORTED', `The file has ${which} bytes than the ${announced} that were announced.`)
}

/** A source that has stalled is waited for no longer than the caller wants. */
function orAborted<Value>(value: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return value
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', onAbort, { once: true })
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

async function pieceOf(source: PieceSource, first: number, end: number, totalBytes: number) {
  const piece = await source.read(first, end)
  if (sizeOf(piece) < end - first) throw otherSize('fewer', totalBytes)
  return piece
}

/**
 * Sends a piece, or asks without one. Returns how many bytes the storage has.
 *
 * See https://cloud.google.com/storage/docs/performing-resumable-uploads
 */
async function put(
  { url, headers, sizeBytes }: UploadTarget,
  piece: Blob | Uint8Array<ArrayBuffer> | null,
  first: number,
  { fetch: send, signal }: SendOptions,
): Promise<number> {
  const bytes = piece === null ? 0 : sizeOf(piece)
  const range = piece === null ? `bytes */${sizeBytes}` : `bytes ${first}-${first + bytes - 1}/${sizeBytes}`
  let response: Response
  let body: string
  try {
    response = await send(url, {
      method: 'PUT',
      headers: { ...Object.fromEntries(headers.map(({ name, value }) => [name, value])), 'content-range': range },
      body: piece,
      signal,
    })
    body = await response.text()
  } catch (error) {
    throw unreadable(error) ?? unreachable(url.split('?')[0]!, error)
  }
  if (response.ok) return sizeBytes
  const held = /^bytes=0-(\d+)$/.exec(response.headers.get('range') ?? '')
  // 409: something else has come of it than was thought, such as a piece whose answer was lost.
  if (response.status === 308 || (response.status === 409 && held !== null))
    return held === null ? 0 : Number(held[1]) + 1
  throw new FairliftNetworkError(`The storage answered with HTTP status ${response.status}. ${reasonIn(body)}`, {
    status: response.status,
    requestId: response.headers.get('x-request-id'),
  })
}

/** The error of a file that was changed, or is gone, since it was chosen. Null: the network is at fault. */
function unreadable(error: unknown): Error | null {
  const { cause } = error as { cause?: unknown }
  const found = [error, cause].find((one) => one instanceof Error && one.name === 'NotReadableError')
  return (found as Error | undefined) ?? null
}

function reasonIn(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown }
    if (typeof error === 'string') return error
  } catch {
    // A proxy's page, or the XML of a bucket.
  }
  return body.slice(0, 200)
}

function nextPieceBytes(bytes: number, tookMs: number): number {
  if (tookMs < SHORT_MS) return Math.min(LARGEST_PIECE_BYTES, bytes * 2)
  return tookMs > LONG_MS ? Math.max(GRAIN_BYTES, bytes / 2) : bytes
}
