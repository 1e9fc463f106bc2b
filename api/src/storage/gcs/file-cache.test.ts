import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { markedName } from '../process-mark.ts'
import { FileCache, type WantedFile } from './file-cache.ts'

const KILOBYTE = 1024
const root = await mkdtemp(join(tmpdir(), 'fairlift-cache-'))
afterAll(() => rm(root, { recursive: true, force: true }))

let folder: string
let number = 0
beforeEach(() => {
  folder = join(root, String(number++))
})

/** The bytes of a name. */
function contentOf(name: string, sizeBytes: number): Buffer {
  return Buffer.alloc(sizeBytes, createHash('sha256').update(name).digest())
}

function wanted(name: string, sizeBytes = KILOBYTE): WantedFile & { downloads: number; looks: number } {
  const content = contentOf(name, sizeBytes)
  const file = {
    name,
    sizeBytes,
    downloads: 0,
    looks: 0,
    async *download() {
      file.downloads++
      for (let at = 0; at < sizeBytes; at += 300) {
        await delay(1)
        yield content.subarray(at, at + 300)
      }
    },
    async isIntact(path: string) {
      file.looks++
      return content.equals(await readFile(path))
    },
  }
  return file
}

const keptNames = async (): Promise<string[]> => (await readdir(join(folder, 'kept')).catch(() => [])).sort()

/** A folder of some work. */
const work = (name: string): string => join(folder, 'work', name)

async function place(cache: FileCache, file: WantedFile, workFolder = work('a')): Promise<string> {
  const target = join(workFolder, 'stored', file.name)
  await cache.place(file, target)
  return target
}

/** Makes the kept files look used one after the other, in this order. */
async function usedInOrder(...names: string[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    const time = new Date(Date.now() - 1_000_000 + index * 1000)
    await utimes(join(folder, 'kept', name), time, time)
  }
}

const done = (workFolder: string): Promise<void> => rm(workFolder, { recursive: true })

describe('a file that is placed', () => {
  test('is fetched once, however many want it at once and after each other', async () => {
    const cache = new FileCache(folder, 10 * KILOBYTE)
    const file = wanted('one')
    const paths = await Promise.all(['a', 'a', 'b', 'c'].map((name) => place(cache, file, work(name))))
    paths.push(await place(cache, file, work('d')))
    for (const path of paths) expect(await readFile(path)).toEqual(contentOf('one', KILOBYTE))
    expect(file.downloads).toBe(1)
  })

  test('is fetched again by whoever wants it next when fetching failed, and nothing is left of that', async () => {
    const cache = new FileCache(folder, 10 * KILOBYTE)
    const broken: WantedFile = {
      ...wanted('broken'),
      async *download() {
        yield Buffer.from('some')
        throw new Error('the line broke')
      },
    }
    await expect(place(cache, broken)).rejects.toThrow('the line broke')
    expect(await keptNames()).toEqual([])
    expect(await readdir(join(folder, 'temporary'))).toEqual([])
    expect(await readdir(join(work('a'), 'stored'))).toEqual([])
    await place(cache, wanted('broken'))
    expect(await keptNames()).toEqual(['broken'])
  })

  test('with fewer bytes than it has is not taken', async () => {
    const cache = new FileCache(folder, 10 * KILOBYTE)
    await expect(place(cache, { ...wanted('short'), sizeBytes: 2 * KILOBYTE })).rejects.toThrow(
      '1024 bytes came of 2048',
    )
    expect(await keptNames()).toEqual([])
  })
})

describe('what is kept', () => {
  test('is what was used last, within the limit', async () => {
    const cache = new FileCache(folder, 3 * KILOBYTE)
    for (const name of ['one', 'two', 'three']) await place(cache, wanted(name))
    await done(work('a'))
    await usedInOrder('two', 'one', 'three')
    await place(cache, wanted('four'))
    expect(await keptNames()).toEqual(['four', 'one', 'three'])
    // To be used is to be wanted, not only to be fetched.
    const two = wanted('one')
    await place(cache, two, work('b'))
    await done(work('b'))
    await place(cache, wanted('five'))
    expect(two.downloads).toBe(0)
    expect(await keptNames()).toEqual(['five', 'four', 'one'])
  })

  test('is never taken from a job that works on it: others go, or the new file is not kept', async () => {
    const cache = new FileCache(folder, 3 * KILOBYTE)
    const inUse = [await place(cache, wanted('one')), await place(cache, wanted('two'))]
    await place(cache, wanted('idle'), work('b'))
    await done(work('b'))
    await usedInOrder('one', 'two', 'idle')
    await place(cache, wanted('three'), work('c'))
    expect(await keptNames()).toEqual(['one', 'three', 'two'])
    const path = await place(cache, wanted('four'), work('c'))
    expect(await keptNames()).toEqual(['one', 'three', 'two'])
    expect(await readFile(path)).toEqual(contentOf('four', KILOBYTE))
    expect(await readFile(inUse[0]!)).toEqual(contentOf('one', KILOBYTE))
    await done(work('a'))
    await place(cache, wanted('five'), work('c'))
    expect(await keptNames()).toEqual(['five', 'three', 'two'])
  })

  test('stays readable for a job when another process removes it', async () => {
    const path = await place(new FileCache(folder, 3 * KILOBYTE), wanted('one'))
    await rm(join(folder, 'kept', 'one'))
    expect(await readFile(path)).toEqual(contentOf('one', KILOBYTE))
  })

  test('is not a file that is larger than the limit, which a job gets all the same, once', async () => {
    const cache = new FileCache(folder, 3 * KILOBYTE)
    await place(cache, wanted('one'))
    await done(work('a'))
    const large = wanted('large', 5 * KILOBYTE)
    const path = await place(cache, large)
    await place(cache, large)
    expect(await readFile(path)).toEqual(contentOf('large', 5 * KILOBYTE))
    expect(large.downloads).toBe(1)
    expect(await keptNames()).toEqual(['one'])
  })

  test('outlives the process, and is looked through once by the next one', async () => {
    await place(new FileCache(folder, 3 * KILOBYTE), wanted('one'))
    const next = new FileCache(folder, 3 * KILOBYTE)
    await next.sweep()
    const again = wanted('one')
    await place(next, again, work('b'))
    await place(next, again, work('c'))
    expect(again).toMatchObject({ downloads: 0, looks: 1 })
  })

  test.each([
    ['other bytes', contentOf('another', KILOBYTE)],
    ['fewer bytes', Buffer.from('half')],
  ])('is fetched anew when it has %s after a crash', async (_what, bytes) => {
    await mkdir(join(folder, 'kept'), { recursive: true })
    await writeFile(join(folder, 'kept', 'one'), bytes)
    const cache = new FileCache(folder, 3 * KILOBYTE)
    const file = wanted('one')
    expect(await readFile(await place(cache, file))).toEqual(contentOf('one', KILOBYTE))
    expect(file.downloads).toBe(1)
    await place(cache, file, work('b'))
    expect(file.downloads).toBe(1)
  })

  test('is forgotten with its object', async () => {
    const cache = new FileCache(folder, 3 * KILOBYTE)
    for (const name of ['x-1', 'x-2', 'y-1']) await place(cache, wanted(name))
    await cache.forget('x-')
    expect(await keptNames()).toEqual(['y-1'])
  })

  test('shrinks when the limit was lowered, and loses what nobody has used for long', async () => {
    const before = new FileCache(folder, 9 * KILOBYTE)
    for (const name of ['one', 'two', 'three', 'four']) await place(before, wanted(name))
    await done(work('a'))
    await usedInOrder('one', 'two', 'three', 'four')
    const cache = new FileCache(folder, 3 * KILOBYTE)
    await cache.sweep()
    expect(await keptNames()).toEqual(['four', 'three', 'two'])
    await place(cache, wanted('two'))
    expect(await cache.sweepWhileWorking(new Date(Date.now() - 500_000))).toBe(2)
    expect(await keptNames()).toEqual(['two'])
  })
})

test('what a dead process was fetching is cleared away, and counts until then', async () => {
  const { pid } = spawnSync(process.execPath, ['--version'])
  const left = join(folder, 'temporary', markedName().replace(`-${process.pid}-`, `-${pid}-`))
  await mkdir(join(folder, 'temporary'), { recursive: true })
  await writeFile(left, Buffer.alloc(2 * KILOBYTE))
  const cache = new FileCache(folder, 2 * KILOBYTE)
  await place(cache, wanted('one'))
  expect(await keptNames()).toEqual([])
  await cache.sweep()
  await place(cache, wanted('one'), work('b'))
  expect(await keptNames()).toEqual(['one'])
})

test('two who share a folder that is too small give each job its bytes, and keep to the limit', async () => {
  const caches = [new FileCache(folder, 6 * KILOBYTE), new FileCache(folder, 6 * KILOBYTE)]
  const names = Array.from({ length: 12 }, (_, index) => `file-${index}`)
  const job = async (index: number): Promise<void> => {
    const own = work(`job-${index}`)
    const some = names.filter((_, at) => (at * 7 + index * 5) % 4 === 0)
    const paths = await Promise.all(some.map((name) => place(caches[index % 2]!, wanted(name), own)))
    await delay(index % 5)
    for (const [at, path] of paths.entries()) expect(await readFile(path)).toEqual(contentOf(some[at]!, KILOBYTE))
    await done(own)
  }
  for (let round = 0; round < 5; round++) {
    await Promise.all(Array.from({ length: 8 }, (_, index) => job(round * 8 + index)))
    const sizes = await Promise.all((await keptNames()).map((name) => stat(join(folder, 'kept', name))))
    // Each may take the last room at the same moment.
    expect(sizes.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(7 * KILOBYTE)
  }
  expect(await readdir(join(folder, 'temporary'))).toEqual([])
})
