import type { FileUpload } from 'graphql-upload/processRequest.mjs'
import { AppError } from '../../errors.ts'

/**
 * The bytes of a file as they come in. The stream is made when they are asked for: one that breaks before anybody reads
 * it would end the process.
 *
 * @throws AppError UPLOAD_TOO_LARGE, UPLOAD_ABORTED
 */
export async function* receivedBytes(
  { createReadStream }: Pick<FileUpload, 'createReadStream'>,
  maxUploadBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* createReadStream() as AsyncIterable<Uint8Array>
  } catch (cause) {
    if ((cause as { status?: number }).status === 413) throw uploadTooLarge(maxUploadBytes, cause)
    const message = `The upload ended before the file was complete: ${(cause as Error).message}`
    throw new AppError('UPLOAD_ABORTED', message, { cause })
  }
}

export function uploadTooLarge(limitBytes: number, cause?: unknown): AppError {
  return new AppError(
    'UPLOAD_TOO_LARGE',
    `The file is larger than ${limitBytes} bytes. Split it, pack it with gzip, or raise MAX_UPLOAD_BYTES.`,
    { cause, details: { limitBytes } },
  )
}
