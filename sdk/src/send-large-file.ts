import {
  CompleteUploadDocument,
  RequestUploadDocument,
  type UploadEventsInput,
  type UploadEventsPayloadFieldsFragment,
} from './_generated/graphql.ts'
import type { UploadProgress } from './multipart.ts'
import { piecesOf } from './piece-source.ts'
import type { Transport } from './transport.ts'
import { nameOf, type UploadFile } from './upload.ts'

/** Files above this go straight to storage, in pieces; smaller ones in the request that tells of them. */
const LARGE_BYTES = 8 << 20

/** The size of a file that is better sent in pieces. Null: it is small, or its size is not known. */
export function largeSizeOf(file: UploadFile): number | null {
  const sizeBytes = file instanceof Blob ? file.size : (file.sizeBytes ?? 0)
  return sizeBytes > LARGE_BYTES ? sizeBytes : null
}

export interface LargeFileOptions {
  fileName?: string
  signal?: AbortSignal
  onProgress?: (progress: UploadProgress) => void
}

/** Asks for an address, sends the file there, and tells that it is complete: as `uploadEvents`, for any size. */
export async function sendLargeFile(
  transport: Transport,
  input: UploadEventsInput,
  file: UploadFile,
  sizeBytes: number,
  { fileName = nameOf(file), signal, onProgress }: LargeFileOptions,
): Promise<UploadEventsPayloadFieldsFragment> {
  // Asked for twice, the key finds the same address; completed twice, the upload is still one batch.
  const repeatable = { signal, idempotent: true, partial: true }
  const { requestUpload: requested } = await transport.request(
    RequestUploadDocument,
    { input: { ...input, fileName, sizeBytes } },
    repeatable,
  )
  const { upload, batch, job, userErrors } = requested
  if (upload === null) return { batch, job, reused: batch !== null, userErrors }
  const pieces = piecesOf(file)
  await transport.sendPieces({ ...upload, sizeBytes }, pieces, { signal, onProgress }).finally(() => pieces.close())
  const completed = await transport.request(CompleteUploadDocument, { input: { uploadId: upload.id } }, repeatable)
  return completed.completeUpload
}
