/** How far an upload has gone. */
export interface UploadProgress {
  /**
   * Bytes of the file that were handed to the network; of a large file those that have arrived. When a small one is
   * tried again it begins anew, a large one goes on.
   */
  sentBytes: number
  /** Size of the file. Null when the source does not tell. */
  totalBytes: number | null
}

/** A file that is not a Blob: its bytes as they come. */
export interface StreamSource {
  /** Name of the file, as the server shows it. */
  name: string
  /**
   * Begins to read. Called once: when the network fails, a stream is not sent again, except that of a large file of
   * known size the last piece is.
   */
  stream: () => ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>
  /** Size of the file, for `onProgress`, and to send a large one in pieces: then it has to be right. */
  sizeBytes?: number
}

/** A part of a multipart request that is no file. */
export type Field = readonly [name: string, value: string]

/** Name of the part that holds the file. */
export const FILE_PART = '0'

/**
 * The fields that come before the file: the operation, and where in its variables the file belongs.
 *
 * See https://github.com/jaydenseric/graphql-multipart-request-spec
 */
export function operationFields(query: string, variables: Record<string, unknown>): Field[] {
  return [
    ['operations', JSON.stringify({ query, variables: { ...variables, file: null } })],
    ['map', JSON.stringify({ [FILE_PART]: ['variables.file'] })],
  ]
}

/** The body of a request with a file, made while it is sent: little is held in memory, whatever the file's size. */
export async function* multipartBody(
  fields: readonly Field[],
  { name, stream, sizeBytes }: StreamSource,
  boundary: string,
  onProgress: (progress: UploadProgress) => void = () => undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder()
  const parts = fields.map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  yield encoder.encode(
    `${parts.join('')}--${boundary}\r\n` +
      `Content-Disposition: form-data; name="${FILE_PART}"; filename="${quoted(name)}"\r\n` +
      'Content-Type: application/octet-stream\r\n\r\n',
  )
  let sentBytes = 0
  for await (const chunk of inLargePieces(stream())) {
    yield chunk
    // Who asks for the next piece has taken this one.
    sentBytes += chunk.byteLength
    onProgress({ sentBytes, totalBytes: sizeBytes ?? null })
  }
  yield encoder.encode(`\r\n--${boundary}--\r\n`)
}

/** Pieces smaller than this are put together: each costs the network the same, be it a line or a thousand of them. */
const LARGE_BYTES = 1 << 16

async function* inLargePieces(
  chunks: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let small: Uint8Array[] = []
  let smallBytes = 0
  for await (const chunk of chunks) {
    if (smallBytes === 0 && chunk.byteLength >= LARGE_BYTES) {
      yield chunk
      continue
    }
    small.push(chunk)
    smallBytes += chunk.byteLength
    if (smallBytes < LARGE_BYTES) continue
    yield joined(small, smallBytes)
    small = []
    smallBytes = 0
  }
  if (smallBytes > 0) yield joined(small, smallBytes)
}

function joined(chunks: Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}

/** A name between quotes, as the HTML standard has it in form data. */
function quoted(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

/** A generator as a stream that reads nothing ahead. */
export function streamOf(chunks: AsyncGenerator<Uint8Array, void, undefined>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await chunks.return()
      },
    },
    { highWaterMark: 0 },
  )
}
