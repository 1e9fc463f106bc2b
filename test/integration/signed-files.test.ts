import { createClient, type Batch, type FairliftClient } from '@fairlift/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventFile } from '../testkit/event-file.ts'
import { send } from '../testkit/raw-request.ts'
import { startServer, type TestServer } from '../testkit/server.ts'

const NAME = "Umsätze 'März' – 売上 (1)*.csv"

let server: TestServer
let client: FairliftClient
let batch: Batch
let raw: Blob
/** Address of the raw file. */
let address: string

beforeAll(async () => {
  server = await startServer()
  client = createClient({ url: server.url })
  const { id: experimentId } = await client.createExperiment({ key: 'files', name: 'Files' })
  raw = new Blob([await eventFile({ users: 50 }).text(), 'u-bad,control,exposure,,not a time,mobile\n'])
  batch = await client.uploadEvents({ experimentId, file: raw, fileName: NAME }).result()
  address = batch.rawUrl!
})

afterAll(async () => {
  client?.close()
  await server?.stop()
})

function changed(change: (url: URL) => void): string {
  const url = new URL(address)
  change(url)
  return url.href
}

describe('a signed address', () => {
  it('gives the raw file as it was received, to whoever has it', async () => {
    const response = await fetch(address)
    expect(response.status).toBe(200)
    expect(await response.bytes()).toEqual(await raw.bytes())
    expect(Number(response.headers.get('content-length'))).toBe(raw.size)
  })

  it('gives the file its own name, whatever letters that has', async () => {
    const disposition = (await fetch(address)).headers.get('content-disposition')!
    const [, encoded] = /^attachment; filename\*=UTF-8''([A-Za-z0-9!#$&+.^_`|~%-]+)$/.exec(disposition)!
    expect(decodeURIComponent(encoded!)).toBe(NAME)
  })

  it('never makes a page of what was uploaded', async () => {
    const { headers } = await fetch(address)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain('sandbox')
    expect(headers.get('content-type')).toMatch(/^text\/csv/)
  })

  it('gives the list of rejected rows', async () => {
    expect(batch.rejected).toBe(1)
    const response = await fetch(batch.rejectsUrl!)
    expect(response.headers.get('content-type')).toMatch(/^text\/csv/)
    expect(await response.text()).toContain('not a time')
  })

  it('tells of the file without sending it', async () => {
    const { status, headers, text } = await send(address, { method: 'HEAD' })
    expect({ status, text, length: headers['content-length'] }).toEqual({
      status: 200,
      text: '',
      length: String(raw.size),
    })
  })
})

describe('an address that was not signed by this server', () => {
  it.each([
    ['no signature', (url: URL) => url.searchParams.delete('signature')],
    ['another signature', (url: URL) => url.searchParams.set('signature', 'x'.repeat(43))],
    ['a later end', (url: URL) => url.searchParams.set('expires', String(Date.now() + 1e12))],
    ['no end', (url: URL) => url.searchParams.delete('expires')],
    ['another name', (url: URL) => url.searchParams.set('name', 'other.html')],
    ['another file', (url: URL) => (url.pathname = url.pathname.replace('/raw/', '/curated/'))],
    ['two of each', (url: URL) => url.searchParams.append('signature', url.searchParams.get('signature')!)],
    ['a way out', (url: URL) => (url.pathname = '/files/..%2f..%2fsigning-secret')],
  ])('is refused: %s', async (_what, change) => {
    const response = await fetch(changed(change))
    expect(response.status).toBe(403)
    expect(await response.text()).toContain('not signed by this server')
  })
})
