import { connect } from 'node:net'
import type { FairliftClient, UserError } from '@fairlift/sdk'
import { send, type RawAnswer } from './raw-request.ts'

/** An address that the server gave for a file. */
export interface FileUpload {
  id: string
  url: string
  method: string
  headers: { name: string; value: string }[]
  sizeBytes: number
  expiresAt: string
}

export interface RequestedUpload {
  upload: FileUpload | null
  batch: { id: string } | null
  userErrors: UserError[]
}

export interface CompletedUpload {
  batch: { id: string; sha256: string; sizeBytes: number; originalName: string; rawUrl: string } | null
  job: { id: string } | null
  reused: boolean
  userErrors: UserError[]
}

/** Asks for an address, as any client of the schema may. */
export async function requestUpload(client: FairliftClient, input: object): Promise<RequestedUpload> {
  const answer = await client.request<{ requestUpload: RequestedUpload }>(
    `mutation ($input: RequestUploadInput!) {
      requestUpload(input: $input) {
        upload { id url method headers { name value } sizeBytes expiresAt }
        batch { id }
        userErrors { code field message }
      }
    }`,
    { input },
  )
  return answer.requestUpload
}

export async function completeUpload(client: FairliftClient, uploadId: string): Promise<CompletedUpload> {
  const answer = await client.request<{ completeUpload: CompletedUpload }>(
    `mutation ($input: CompleteUploadInput!) {
      completeUpload(input: $input) {
        batch { id sha256 sizeBytes originalName rawUrl }
        job { id }
        reused
        userErrors { code field message }
      }
    }`,
    { input: { uploadId } },
  )
  return answer.completeUpload
}

/** Sends bytes of a file: from `first` on, or as the whole file. */
export function put(
  url: string,
  body: Uint8Array | string,
  range?: { first: number; size: number },
): Promise<RawAnswer> {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  const headers: Record<string, string> = { 'content-length': String(length) }
  if (range !== undefined) {
    headers['content-range'] = `bytes ${range.first}-${range.first + length - 1}/${range.size}`
  }
  return send(url, { method: 'PUT', headers, body })
}

/** How many bytes the server says it has. */
export async function heldBytes(url: string): Promise<number> {
  const { status, headers, text } = await send(url)
  if (status === 200) return (JSON.parse(text) as { receivedBytes: number }).receivedBytes
  if (status !== 308) throw new Error(`${status}: ${text}`)
  const range = headers.range
  return range === undefined ? 0 : Number(/^bytes=0-(\d+)$/.exec(range)![1]) + 1
}

/** Begins to send a file on a connection of its own, and leaves it open: the rest is the test's to send, or to withhold. */
export async function beginPut(url: string, head: Record<string, string | number>, body: Uint8Array) {
  const { hostname, port, pathname, search } = new URL(url)
  const socket = connect(Number(port), hostname)
  let answer = ''
  socket.setEncoding('latin1').on('data', (text: string) => (answer += text))
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const lines = Object.entries({ host: `${hostname}:${port}`, ...head }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`PUT ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`)
  await new Promise<void>((resolve) => socket.write(body, () => resolve()))
  return { socket, closed, answer: () => answer }
}

/** Ends a connection as a cable that is cut: without a word. */
export async function cut({ socket, closed }: Awaited<ReturnType<typeof beginPut>>): Promise<void> {
  socket.resetAndDestroy()
  await closed
}
