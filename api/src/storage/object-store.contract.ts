import { createHash, randomBytes } from 'node:crypto'
import { readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  keyName,
  ObjectExistsError,
  ObjectMissingError,
  ObjectTooLargeError,
  type ObjectStore,
} from './object-store.ts'
import { sha256Of } from './sha256-of.ts'

async function* pieces(...values: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const value of values) yield Buffer.from(value)
}

async function textOf(store: ObjectStore, key: string): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of await store.read(key)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

async function listed(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(prefix)) keys.push(key)
  return keys
}

function sha256Hex(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** What every store must do. */
export function objectStoreContract(name: string, store: ObjectStore, temporaryFolder: string): void {
  test(`${name}: what was put is read, with its size and hash`, async () => {
    const bytes = randomBytes(3_000_000)
    const stored = await store.put('raw/one/file.bin', pieces(bytes.subarray(0, 7), bytes.subarray(7)))
    expect(stored).toEqual({
      key: 'raw/one/file.bin',
      sizeBytes: bytes.length,
      sha256: sha256Hex(bytes),
    })
    expect(await store.stat('raw/one/file.bin')).toEqual({ key: 'raw/one/file.bin', sizeBytes: bytes.length })
  })

  test(`${name}: objects are written once`, async () => {
    await store.put('raw/once', pieces('first'))
    await expect(store.put('raw/once', pieces('second'))).rejects.toThrow(ObjectExistsError)
    expect(await textOf(store, 'raw/once')).toBe('first')
  })

  test(`${name}: a stream that breaks or is too long leaves nothing`, async () => {
    async function* breaking(): AsyncGenerator<Buffer> {
      yield Buffer.from('some')
      throw new Error('the line went dead')
    }
    await expect(store.put('raw/broken', breaking())).rejects.toThrow('the line went dead')
    await expect(store.put('raw/long', pieces('12345', '678'), { limitBytes: 7 })).rejects.toThrow(ObjectTooLargeError)
    expect(await store.stat('raw/broken')).toBeNull()
    expect(await store.stat('raw/long')).toBeNull()
    expect((await store.put('raw/fits', pieces('12345', '67'), { limitBytes: 7 })).sizeBytes).toBe(7)
  })

  test(`${name}: files are stored and had as files`, async () => {
    const path = join(temporaryFolder, 'given.txt')
    await writeFile(path, 'content')
    await store.putFile('curated/given.txt', path)
    expect(await textOf(store, 'curated/given.txt')).toBe('content')
    const local = await store.localFile('curated/given.txt', temporaryFolder)
    expect(local).toMatch(/given\.txt$/)
    expect(await readFile(local, 'utf8')).toBe('content')
    expect(await store.localFile('curated/given.txt', temporaryFolder)).toBe(local)
  })

  test(`${name}: an object of many pieces is put and read whole, in any span, and as a file`, async () => {
    const bytes = randomBytes(20_000_001)
    async function* chunks(): AsyncGenerator<Buffer> {
      for (let at = 0; at < bytes.length; at += 1_234_567) yield bytes.subarray(at, at + 1_234_567)
    }
    const { sha256, sizeBytes } = await store.put('raw/large', chunks())
    expect({ sha256, sizeBytes }).toEqual({ sha256: sha256Hex(bytes), sizeBytes: bytes.length })
    expect(await sha256Of(store, 'raw/large')).toBe(sha256)
    for (const [first, last] of [
      [0, 0],
      [1, 9_000_000],
      [19_999_990, 20_000_000],
      [19_999_990, 30_000_000],
    ] as const) {
      const span: Buffer[] = []
      for await (const chunk of await store.read('raw/large', { first, last })) span.push(chunk)
      expect(Buffer.concat(span).equals(bytes.subarray(first, last + 1)), `${first}-${last}`).toBe(true)
    }
    const path = join(temporaryFolder, 'large.bin')
    await writeFile(path, bytes)
    expect(await store.putFile('curated/large.bin', path)).toEqual({ key: 'curated/large.bin', sizeBytes })
    expect(sha256Hex(await readFile(await store.localFile('curated/large.bin', temporaryFolder)))).toBe(sha256)
  })

  test(`${name}: an empty object is one`, async () => {
    expect((await store.put('raw/empty', pieces())).sizeBytes).toBe(0)
    expect(await textOf(store, 'raw/empty')).toBe('')
    expect((await readFile(await store.localFile('raw/empty', temporaryFolder))).length).toBe(0)
  })

  test(`${name}: of two who write the same key at once one succeeds`, async () => {
    const writes = await Promise.allSettled(['one', 'two'].map((text) => store.put('raw/race', pieces(text))))
    expect(writes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const lost = writes.find(({ status }) => status === 'rejected') as PromiseRejectedResult
    expect(lost.reason).toBeInstanceOf(ObjectExistsError)
    expect(await textOf(store, 'raw/race')).toBe(writes[0]!.status === 'fulfilled' ? 'one' : 'two')
  })

  test(`${name}: all kinds of objects are listed together, in the order of the keys`, async () => {
    for (const key of ['raw/all/1', 'artifacts/all/1', 'curated/all/1']) await store.put(key, pieces('x'))
    const keys = await listed(store, '')
    expect(keys).toEqual([...keys].sort())
    expect(keys).toEqual(expect.arrayContaining(['artifacts/all/1', 'curated/all/1', 'raw/all/1']))
    expect(await listed(store, 'cur')).toEqual(keys.filter((key) => key.startsWith('cur')))
  })

  test(`${name}: keys are listed by prefix and deleted`, async () => {
    for (const key of ['raw/list/a/2', 'raw/list/a/1', 'raw/list/b']) await store.put(key, pieces('x'))
    expect(await listed(store, 'raw/list/')).toEqual(['raw/list/a/1', 'raw/list/a/2', 'raw/list/b'])
    expect(await listed(store, 'raw/list/a')).toEqual(['raw/list/a/1', 'raw/list/a/2'])
    await store.delete('raw/list/a/1')
    await store.delete('raw/list/a/1')
    expect(await listed(store, 'raw/list/')).toEqual(['raw/list/a/2', 'raw/list/b'])
  })

  test(`${name}: a list tells sizes and when objects were stored, in the order of the keys`, async () => {
    const startedAt = Date.now()
    const path = join(temporaryFolder, 'made-long-ago.txt')
    await writeFile(path, 'four')
    await utimes(path, new Date(0), new Date(0))
    await store.putFile('curated/order/a/file', path)
    await store.put('curated/order/a-b', pieces('three'))
    await store.put('curated/order/a0', pieces('x'))
    const objects = []
    for await (const object of store.list('curated/order/')) objects.push(object)
    expect(objects.map(({ key, sizeBytes }) => [key, sizeBytes])).toEqual([
      ['curated/order/a-b', 5],
      ['curated/order/a/file', 4],
      ['curated/order/a0', 1],
    ])
    // Clocks of files are coarser than the one of the process.
    for (const { modifiedAt } of objects) expect(modifiedAt.getTime()).toBeGreaterThan(startedAt - 2000)
    expect(await listed(store, 'raw/nothing/')).toEqual([])
  })

  test(`${name}: objects may go while they are listed`, async () => {
    for (const key of ['artifacts/gone/1', 'artifacts/gone/2', 'artifacts/gone/3']) await store.put(key, pieces('x'))
    const keys: string[] = []
    for await (const { key } of store.list('artifacts/gone/')) {
      keys.push(key)
      await store.delete('artifacts/gone/2')
    }
    expect(keys.filter((key) => key !== 'artifacts/gone/2')).toEqual(['artifacts/gone/1', 'artifacts/gone/3'])
  })

  test(`${name}: what is not there is said to be missing`, async () => {
    expect(await store.stat('raw/nothing')).toBeNull()
    await expect(store.read('raw/nothing')).rejects.toThrow(ObjectMissingError)
    await expect(store.localFile('raw/nothing', temporaryFolder)).rejects.toThrow(ObjectMissingError)
  })

  test(`${name}: keys cannot leave the store`, async () => {
    for (const key of ['../outside', 'a/../../b', '/etc/passwd', 'a//b', '', 'a/.hidden', 'a\\b', 'a\0b']) {
      await expect(store.put(key, pieces('x'))).rejects.toThrow(RangeError)
      await expect(store.stat(key)).rejects.toThrow(RangeError)
    }
  })

  test(`${name}: any file name becomes a name that a key can hold`, async () => {
    const names = [
      '../../etc/passwd',
      '..',
      '.env',
      'C:\\data\\täglich 2026.csv',
      'x'.repeat(400) + '.csv',
      '\0\n',
      '日本.csv',
    ]
    for (const [index, fileName] of names.entries()) {
      await store.put(`raw/names/${index}/${keyName(fileName)}`, pieces('x'))
    }
    expect(keyName('C:\\data\\täglich 2026.csv')).toBe('ta_glich_2026.csv')
    expect(keyName('../../etc/passwd')).toBe('passwd')
  })
}
