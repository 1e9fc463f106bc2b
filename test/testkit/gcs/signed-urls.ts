import { createHash, createVerify } from 'node:crypto'
import { StorageError } from './buckets.ts'

/**
 * Checks a signed address (V4) as the storage does: that the key signed this method, this object and these parameters,
 * and that it is not too old. Throws StorageError.
 *
 * See https://cloud.google.com/storage/docs/authentication/canonical-requests
 */
export function verifySignedUrl(method: string, url: URL, publicKey: string, now = Date.now()): void {
  const parameters = [...url.searchParams].filter(([name]) => name !== 'X-Goog-Signature')
  const value = (name: string): string => url.searchParams.get(name) ?? ''
  const denied = (message: string) => new StorageError(403, 'SignatureDoesNotMatch', message)
  if (value('X-Goog-Algorithm') !== 'GOOG4-RSA-SHA256') throw denied('Access denied.')
  if (value('X-Goog-SignedHeaders') !== 'host') throw denied('Only the host is signed here.')
  const encode = (text: string): string =>
    encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  const query = parameters
    .map(([name, text]) => [encode(name), encode(text)] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&')
  const canonical = [method, url.pathname, query, `host:${url.hostname}\n`, 'host', 'UNSIGNED-PAYLOAD'].join('\n')
  const [, ...scope] = value('X-Goog-Credential').split('/')
  const hash = createHash('sha256').update(canonical).digest('hex')
  const text = ['GOOG4-RSA-SHA256', value('X-Goog-Date'), scope.join('/'), hash].join('\n')
  const isOurs = createVerify('RSA-SHA256').update(text).verify(publicKey, value('X-Goog-Signature'), 'hex')
  if (!isOurs) throw denied('The request signature we calculated does not match the signature you provided.')
  const date = value('X-Goog-Date').replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')
  if (Date.parse(date) + Number(value('X-Goog-Expires')) * 1000 < now) {
    throw new StorageError(400, 'ExpiredToken', 'The provided token has expired.')
  }
}
