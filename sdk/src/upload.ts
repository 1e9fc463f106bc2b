/// <reference lib="dom" />
import { readAnswer, unreachable, type HttpAnswer } from './http-answer.ts'
import { FILE_PART, multipartBody, streamOf, type Field, type StreamSource, type UploadProgress } from './multipart.ts'

/**
 * A file to send: a Blob (in browsers what an input of type "file" holds, in Node `await openAsBlob(path)`), or a stream
 * with a name.
 */
export type UploadFile = Blob | StreamSource

export interface FileRequest {
  url: string
  headers: Record<string, string>
  fields: readonly Field[]
  file: UploadFile
  /** Name of the file. By default its own. */
  fileName?: string
  /** Null: the platform's own. */
  fetch: typeof fetch | null
  signal?: AbortSignal
  onProgress?: (progress: UploadProgress) => void
}

/**
 * Sends a multipart request. Browsers tell how far an upload is through XMLHttpRequest only; elsewhere the body is a
 * stream that counts what is taken from it.
 *
 * @throws FairliftNetworkError when no answer comes; what the file's stream throws; the signal's reason
 */
export function sendFile(request: FileRequest): Promise<HttpAnswer> {
  const isBrowser = typeof XMLHttpRequest === 'function'
  if (!isBrowser || !(request.file instanceof Blob)) return sendStream(request)
  return request.fetch === null ? sendForm(request, request.file) : sendFormByFetch(request, request.file)
}

async function sendStream({ url, headers, fields, signal, onProgress, ...request }: FileRequest): Promise<HttpAnswer> {
  const boundary = `fairlift-${crypto.randomUUID()}`
  const source = asSource(request.file, request.fileName)
  let broken: { error: unknown } | null = null
  async function* watched(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* source.stream()
    } catch (error) {
      broken = { error }
      throw error
    }
  }
  try {
    const response = await (request.fetch ?? fetch)(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: streamOf(multipartBody(fields, { ...source, stream: watched }, boundary, onProgress)),
      signal,
      // Asked for by the standard when the body is a stream; not all type definitions know it.
      ...{ duplex: 'half' },
    })
    return await readAnswer(response)
  } catch (error) {
    if (broken !== null) throw (broken as { error: unknown }).error
    throw unreachable(url, error)
  }
}

function asSource(file: UploadFile, fileName?: string): StreamSource {
  if (!(file instanceof Blob)) return fileName === undefined ? file : { ...file, name: fileName }
  return { name: fileName ?? nameOf(file), sizeBytes: file.size, stream: () => file.stream() }
}

/** The file's own name. */
export function nameOf(file: UploadFile): string {
  // Without a name a part of a form is no file.
  return 'name' in file && typeof file.name === 'string' && file.name !== '' ? file.name : 'upload'
}

function formOf({ fields, fileName }: FileRequest, file: Blob): FormData {
  const form = new FormData()
  for (const [name, value] of fields) form.append(name, value)
  form.append(FILE_PART, file, fileName ?? nameOf(file))
  return form
}

async function sendFormByFetch(request: FileRequest, file: Blob): Promise<HttpAnswer> {
  const { url, headers, signal } = request
  try {
    return await readAnswer(await request.fetch!(url, { method: 'POST', headers, body: formOf(request, file), signal }))
  } catch (error) {
    throw unreachable(url, error)
  }
}

function sendForm(request: FileRequest, file: Blob): Promise<HttpAnswer> {
  const { url, headers, signal, onProgress } = request
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    xhr.open('POST', url)
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value)
    if (onProgress !== undefined) {
      xhr.upload.onprogress = ({ loaded }) =>
        // What is around the file counts there too.
        onProgress({ sentBytes: Math.min(loaded, file.size), totalBytes: file.size })
    }
    const onAbort = (): void => xhr.abort()
    xhr.onload = () =>
      resolve({ status: xhr.status, requestId: xhr.getResponseHeader('x-request-id'), body: xhr.responseText })
    xhr.onerror = () => reject(unreachable(url, new Error('the connection was lost')))
    xhr.onabort = () => reject((signal?.reason as Error | undefined) ?? unreachable(url, new Error('it was aborted')))
    xhr.onloadend = () => signal?.removeEventListener('abort', onAbort)
    signal?.addEventListener('abort', onAbort, { once: true })
    xhr.send(formOf(request, file))
  })
}

/** As much as tells what a text file is. */
const HEAD_BYTES = 1 << 20

/** What a preview needs of a file: its beginning; of Parquet, whose description is at its end, everything. */
export async function previewPart(file: Blob): Promise<Blob> {
  const isParquet = (await file.slice(0, 4).text()) === 'PAR1'
  return isParquet ? file : file.slice(0, HEAD_BYTES)
}
