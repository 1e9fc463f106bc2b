import { createHash, randomBytes } from 'node:crypto'
import { utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  keyName,
  ObjectExistsError,
  ObjectMissingError,
  ObjectTooLargeError,
  type ObjectStore,
} from './object-store.ts'

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

/** What every store must do. */
export function objectStoreContract(name: string, store: ObjectStore, temporaryFolder: string): void {
  test(`${name}: what was put is read, with its size and hash`, async () => {
    const bytes = randomBytes(3_000_000)
    const stored = await store.put('raw/one/file.bin', pieces(bytes.subarray(0, 7), bytes.subarray(7)))
    expect(stored).toEqual({
      key: 'raw/one/file.bin',
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
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
    expect(await store.localFile('curated/given.txt')).toMatch(/given\.txt$/)
  })

  test(`${name}: keys are listed by prefix and deleted`, async () => {
    for (const key of ['list/a/2', 'list/a/1', 'list/b']) await store.put(key, pieces('x'))
    expect(await listed(store, 'list/')).toEqual(['list/a/1', 'list/a/2', 'list/b'])
    expect(await listed(store, 'list/a')).toEqual(['list/a/1', 'list/a/2'])
    await store.delete('list/a/1')
    await store.delete('list/a/1')
    expect(await listed(store, 'list/')).toEqual(['list/a/2', 'list/b'])
  })

  test(`${name}: a list tells sizes and when objects were stored, in the order of the keys`, async () => {
    const startedAt = Date.now()
    const path = join(temporaryFolder, 'made-long-ago.txt')
    await writeFile(path, 'four')
    await utimes(path, new Date(0), new Date(0))
    await store.putFile('order/a/file', path)
    await store.put('order/a-b', pieces('three'))
    await store.put('order/a0', pieces('x'))
    const objects = []
    for await (const object of store.list('order/')) objects.push(object)
    expect(objects.map(({ key, sizeBytes }) => [key, sizeBytes])).toEqual([
      ['order/a-b', 5],
      ['order/a/file', 4],
      ['order/a0', 1],
    ])
    // Clocks of files are coarser than the one of the process.
    for (const { modifiedAt } of objects) expect(modifiedAt.getTime()).toBeGreaterThan(startedAt - 2000)
    expect(await listed(store, 'nothing/')).toEqual([])
  })

  test(`${name}: objects may go while they are listed`, async () => {
    for (const key of ['gone/1', 'gone/2', 'gone/3']) await store.put(key, pieces('x'))
    const keys: string[] = []
    for await (const { key } of store.list('gone/')) {
      keys.push(key)
      await store.delete('gone/2')
    }
    expect(keys.filter((key) => key !== 'gone/2')).toEqual(['gone/1', 'gone/3'])
  })

  test(`${name}: what is not there is said to be missing`, async () => {
    expect(await store.stat('raw/nothing')).toBeNull()
    await expect(store.read('raw/nothing')).rejects.toThrow(ObjectMissingError)
    await expect(store.localFile('raw/nothing')).rejects.toThrow(ObjectMissingError)
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
      await store.put(`names/${index}/${keyName(fileName)}`, pieces('x'))
    }
    expect(keyName('C:\\data\\täglich 2026.csv')).toBe('ta_glich_2026.csv')
    expect(keyName('../../etc/passwd')).toBe('passwd')
  })
}
