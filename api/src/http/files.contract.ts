import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { ObjectStore } from '../storage/object-store.ts'
import type { FileSigner } from './file-signer.ts'

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** What signed addresses of files do, wherever these are kept. */
export function filesContract(name: string, { store, signer }: { store: ObjectStore; signer: FileSigner }): void {
  const kinds = [
    ['raw/a/events.csv', 'Umsätze (1).csv', 'attachment', 'text/csv; charset=utf-8'],
    ['raw/a/page.html', 'page.html', 'attachment', 'application/octet-stream'],
    ['artifacts/a/report.pdf', 'report.pdf', 'attachment', 'application/pdf'],
    ['artifacts/a/chart.svg', 'chart.svg', 'inline', 'image/svg+xml; charset=utf-8'],
    ['raw/a/drawing.svg', 'drawing.svg', 'attachment', 'application/octet-stream'],
  ] as const
  test.each(kinds)(`${name}: %s is given whole, with its name and its type`, async (key, fileName, how, type) => {
    const bytes = randomBytes(300_000)
    await store.put(key, one(bytes))
    const response = await fetch(signer.url(key, fileName))
    expect(response.status).toBe(200)
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
    const { headers } = response
    expect(headers.get('content-type')).toBe(type)
    const [, disposition, encoded] = /^(\w+); filename\*=UTF-8''(.+)$/.exec(headers.get('content-disposition')!)!
    expect([disposition, decodeURIComponent(encoded!)]).toEqual([how, fileName])
    expect(Number(headers.get('content-length'))).toBe(bytes.length)
    // Nothing that is shown comes from elsewhere than a server that says how it may be looked at.
    if (how === 'inline') {
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toContain('sandbox')
    }
  })

  test(`${name}: HEAD tells the same and gives nothing`, async () => {
    await store.put('raw/head/x.csv', one(Buffer.from('a,b\n')))
    const response = await fetch(signer.url('raw/head/x.csv', 'x.csv'), { method: 'HEAD', redirect: 'error' })
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([200, '4', ''])
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  })

  test(`${name}: an address that was changed, or of what is gone, gives nothing`, async () => {
    await store.put('raw/gone/x.csv', one(Buffer.from('a,b\n')))
    const url = new URL(signer.url('raw/gone/x.csv', 'x.csv'))
    url.searchParams.set('name', 'y.csv')
    expect((await fetch(url)).status).toBe(403)
    await store.delete('raw/gone/x.csv')
    expect((await fetch(signer.url('raw/gone/x.csv', 'x.csv'))).status).toBe(404)
  })
}
