import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { KEY_AND_CONTENT_LANES, KEY_LANES, type EventKeys } from './event-keys.ts'
import { readAllKeys, readKeyFile, readKeyFileHead, writeKeyFile } from './key-file.ts'

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
  expect(await readKeyFileHead(path)).toEqual({ rows, width, keyVersion: 'way-1' })
  expect(readFileSync(path).length).toBe(64 + rows * width * 4)
  const all = await readAllKeys(path)
  expect(all).toMatchObject({ rows, width })
  expect(Buffer.compare(Buffer.from(all.lanes.buffer), Buffer.from(keys.lanes.buffer))).toBe(0)
})

test('a file that ends too early, or is no file of keys, is told', async () => {
  await writeKeyFile(path, someKeys(10, KEY_LANES), 'way-1')
  writeFileSync(path, readFileSync(path).subarray(0, -1))
  await expect(readAllKeys(path)).rejects.toThrow(/ends after 223 bytes/)
  writeFileSync(path, Buffer.alloc(100))
  await expect(readKeyFile(path).next()).rejects.toThrow(/no file of event keys/)
})
