import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { KEY_AND_CONTENT_LANES, KEY_LANES, type EventKeys } from './event-keys.ts'
import { readAllKeys, readKeyFile, readKeyFileHead, readKeysAmong, writeKeyFile } from './key-file.ts'
import { KeyMarks } from './key-marks.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlift-keys-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const path = join(folder, 'part.keys')

function someKeys(rows: number, width: EventKeys['width']): EventKeys {
  return { rows, width, lanes: Int32Array.from({ length: rows * width }, (_, index) => Math.imul(index, 0x9e3779b1)) }
}

test.each([
  ['none', 0, KEY_LANES],
  ['a few', 3, KEY_AND_CONTENT_LANES],
  ['more than one block', 150_000, KEY_LANES],
  ['more than one block, with hashes of the content', 150_000, KEY_AND_CONTENT_LANES],
] as const)('keys are read as they were written: %s', async (_, rows, width) => {
  const keys = someKeys(rows, width)
  await writeKeyFile(path, keys, 'way-1')
  expect(await readKeyFileHead(path)).toEqual({ rows, width, keyVersion: 'way-1', hasMarks: true })
  expect(readFileSync(path).length).toBe(64 + rows * (width + 1) * 4)
  const all = await readAllKeys(path)
  expect(all).toMatchObject({ rows, width })
  expect(Buffer.compare(Buffer.from(all.lanes.buffer), Buffer.from(keys.lanes.buffer))).toBe(0)
})

test('a file that ends too early, or is no file of keys, is told', async () => {
  await writeKeyFile(path, someKeys(10, KEY_LANES), 'way-1')
  writeFileSync(path, readFileSync(path).subarray(0, -1))
  await expect(readKeysAmong(path, new KeyMarks(Int32Array.of(1))).next()).rejects.toThrow(/ends after 263 bytes/)
  writeFileSync(path, readFileSync(path).subarray(0, 223))
  await expect(readAllKeys(path)).rejects.toThrow(/ends after 223 bytes/)
  writeFileSync(path, Buffer.alloc(100))
  await expect(readKeyFile(path).next()).rejects.toThrow(/no file of event keys/)
})

/** Every so many records, and the marks of these. */
function every(step: number, { rows, width, lanes }: EventKeys): { rows: number[]; marks: Int32Array } {
  const wanted = Array.from({ length: Math.ceil(rows / step) }, (_, index) => index * step)
  return { rows: wanted, marks: Int32Array.from(wanted, (row) => lanes[row * width + 1]!) }
}

async function firstLanesAmong(marks: Int32Array): Promise<{ found: number[]; read: number }> {
  const wanted = new Set(marks)
  const found: number[] = []
  let read = 0
  for await (const { rows, width, lanes } of readKeysAmong(path, new KeyMarks(marks))) {
    for (let row = 0; row < rows; row++) if (wanted.has(lanes[row * width + 1]!)) found.push(lanes[row * width]!)
    read += rows
  }
  return { found, read }
}

test.each([
  ['few and far between', 40_000, KEY_LANES, 8],
  ['near to each other', 300, KEY_AND_CONTENT_LANES, 300_000],
] as const)('of the keys those are read whose marks are wanted, %s', async (_, step, width, atMost) => {
  const keys = someKeys(300_000, width)
  await writeKeyFile(path, keys, 'way-1')
  const wanted = every(step, keys)
  const { found, read } = await firstLanesAmong(wanted.marks)
  expect(found).toEqual(wanted.rows.map((row) => keys.lanes[row * width]))
  expect(read).toBeLessThanOrEqual(atMost)
})

test('a mark may be zero', async () => {
  await writeKeyFile(path, { rows: 2, width: KEY_LANES, lanes: Int32Array.of(7, 0, 0, 0, 8, 5, 0, 0) }, 'way-1')
  expect(await firstLanesAmong(Int32Array.of(0))).toEqual({ found: [7], read: 1 })
  expect(await firstLanesAmong(Int32Array.of(5))).toEqual({ found: [8], read: 1 })
  expect(await firstLanesAmong(new Int32Array(0))).toEqual({ found: [], read: 0 })
})

test('of a file without marks, as they were written before, all keys are read', async () => {
  const keys = someKeys(100, KEY_LANES)
  await writeKeyFile(path, keys, 'way-1')
  const bytes = readFileSync(path).subarray(0, 64 + 100 * KEY_LANES * 4)
  bytes.writeUInt8(1, 7)
  writeFileSync(path, bytes)
  const { marks } = every(10, keys)
  expect(await firstLanesAmong(marks)).toMatchObject({ read: 100 })
})
