import { describe, expect, test } from 'vitest'
import { FileSigner } from './file-signer.ts'

const signer = new FileSigner('a secret that nobody knows', () => 'https://fairlift.example')
const now = Date.UTC(2026, 0, 5)
const DAY_MS = 24 * 3600 * 1000
const KEY = 'raw/1/events.csv'

function queryOf(address: string): Record<string, string> {
  return Object.fromEntries(new URL(address).searchParams)
}

describe('a signed address', () => {
  const address = signer.url(KEY, 'Umsätze & mehr.csv', now)

  test('names the server, the file and what it is to be called', () => {
    const { origin, pathname } = new URL(address)
    expect({ origin, pathname }).toEqual({ origin: 'https://fairlift.example', pathname: `/files/${KEY}` })
    expect(signer.verify(KEY, queryOf(address), now)).toEqual({ key: KEY, fileName: 'Umsätze & mehr.csv' })
  })

  test('is good for a day and not longer', () => {
    expect(signer.verify(KEY, queryOf(address), now + DAY_MS)).not.toBeNull()
    expect(signer.verify(KEY, queryOf(address), now + DAY_MS + 1)).toBeNull()
  })

  test.each([
    ['another name', { name: 'page.html' }],
    ['a later end', { expires: String(now + 9 * DAY_MS) }],
    ['an end that is no number', { expires: 'Infinity' }],
    ['a signature that is cut', { signature: 'abc' }],
    ['an empty signature', { signature: '' }],
  ])('is refused with %s', (_what, changes) => {
    expect(signer.verify(KEY, { ...queryOf(address), ...changes }, now)).toBeNull()
  })

  test('is refused for another file, from another secret, and without anything', () => {
    expect(signer.verify('raw/2/events.csv', queryOf(address), now)).toBeNull()
    expect(new FileSigner('another secret', () => '').verify(KEY, queryOf(address), now)).toBeNull()
    expect(signer.verify(KEY, {}, now)).toBeNull()
  })

  test('does not let a part of the key become a part of the name', () => {
    const moved = queryOf(signer.url('raw/1', '/events.csv', now))
    expect(signer.verify('raw/1/events.csv', { ...moved, name: '' }, now)).toBeNull()
  })
})

describe('the address of an upload', () => {
  const upload = { id: '7f3a', sizeBytes: 1000, expiresAt: new Date(now + 1000) }
  const address = `https://fairlift.example${signer.uploadPath(upload)}`
  const query = queryOf(address)

  test('names the upload and its size, until it ends', () => {
    expect(new URL(address).pathname).toBe('/uploads/7f3a')
    expect(signer.verifyUpload('7f3a', query, now + 1000)).toEqual({ id: '7f3a', sizeBytes: 1000 })
    expect(signer.verifyUpload('7f3a', query, now + 1001)).toBeNull()
  })

  test.each([
    ['another size', { size: '1001' }],
    ['a later end', { expires: String(now + 9 * DAY_MS) }],
    ['no signature', { signature: '' }],
  ])('is refused with %s', (_what, changes) => {
    expect(signer.verifyUpload('7f3a', { ...query, ...changes }, now)).toBeNull()
  })

  test('is refused for another upload, and gives no file', () => {
    expect(signer.verifyUpload('7f3b', query, now)).toBeNull()
    expect(signer.verify('7f3a', { ...query, name: query.size! }, now)).toBeNull()
  })
})
