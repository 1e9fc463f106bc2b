import { StorageError } from './buckets.ts'

/** What an object shall be, and its bytes, from a body of type multipart/related. */
export function multipartOf(
  body: Buffer,
  contentType: string,
): {
  about: { name?: string; contentType?: string; md5Hash?: string; metadata?: Record<string, string> }
  bytes: Buffer
} {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1]
  if (boundary === undefined) throw new StorageError(400, 'badRequest', `No boundary in "${contentType}".`)
  const [, about, media] = partsOf(body, `--${boundary}`)
  if (about === undefined || media === undefined) throw new StorageError(400, 'badRequest', 'Two parts are expected.')
  return { about: JSON.parse(about.toString()) as Record<string, never>, bytes: media }
}

/** What is between the boundaries, each part without its headers. */
function partsOf(body: Buffer, boundary: string): Buffer[] {
  const parts: Buffer[] = []
  for (let at = 0; at < body.length;) {
    const next = body.indexOf(boundary, at)
    const part = body.subarray(at, next === -1 ? body.length : next)
    const head = part.indexOf('\r\n\r\n')
    // The line break before a boundary is the boundary's.
    parts.push(head === -1 ? part : part.subarray(head + 4, part.length - 2))
    if (next === -1) break
    at = next + boundary.length
  }
  return parts
}
