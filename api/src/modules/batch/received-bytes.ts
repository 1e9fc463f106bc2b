import type { FileUpload } from 'graphql-upload/processRequest.mjs'
import { AppError } from '../../errors.ts'

/** What a file may have at most: in a request, and at an address of its own. */
export interface FileLimits {
  maxMultipartBytes: number
  maxUploadBytes: number
}

/**
 * The bytes of a file as they come in. The stream is made when they are asked for: one that breaks before anybody reads
 * it would end the process.
 *
 * @throws AppError UPLOAD_TOO_LARGE, UPLOAD_ABORTED
 */
export async function* receivedBytes(
  { createReadStream }: Pick<FileUpload, 'createReadStream'>,
  limits: FileLimits,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* createReadStream() as AsyncIterable<Uint8Array>
  } catch (cause) {
    if ((cause as { status?: number }).status === 413) throw requestTooLarge(limits, cause)
    const message = `The upload ended before the file was complete: ${(cause as Error).message}`
    throw new AppError('UPLOAD_ABORTED', message, { cause })
  }
}

function requestTooLarge({ maxMultipartBytes, maxUploadBytes }: FileLimits, cause: unknown): AppError {
  if (maxMultipartBytes >= maxUploadBytes) return uploadTooLarge(maxUploadBytes, cause)
  return new AppError(
    'UPLOAD_TOO_LARGE',
    `The file is larger than the ${maxMultipartBytes} bytes that a request may carry here. Ask for an address of its own with requestUpload, send it there, and tell completeUpload: up to ${maxUploadBytes} bytes. The SDK does so by itself with files above 8 MiB whose size it knows.`,
    { cause, details: { limitBytes: maxMultipartBytes } },
  )
}

export function uploadTooLarge(limitBytes: number, cause?: unknown): AppError {
  return new AppError(
    'UPLOAD_TOO_LARGE',
    `The file is larger than ${limitBytes} bytes. Split it, pack it with gzip, or raise MAX_UPLOAD_BYTES.`,
    { cause, details: { limitBytes } },
  )
}
