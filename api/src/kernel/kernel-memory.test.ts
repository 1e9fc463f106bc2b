import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { kernelSources } from './_generated/kernel.ts'
import { KernelMemory } from './kernel-memory.ts'

test('the kernel that is checked in is made of the sources as they are: run `pnpm generate` after a change', () => {
  const folder = fileURLToPath(new URL('../../kernel/', import.meta.url))
  const hash = createHash('sha256')
  const names = readdirSync(folder).filter((name) => name.endsWith('.ts'))
  for (const name of names.sort()) hash.update(readFileSync(folder + name))
  expect(hash.digest('hex')).toBe(kernelSources)
})

test('what was given out stays where it is while more is', () => {
  const memory = new KernelMemory()
  const first = memory.float64(3)
  first.set([1, 2, 3])
  const large = memory.int32(10_000_000)
  large[9_999_999] = 4
  memory.bytes(5).fill(255)
  expect([...first]).toEqual([1, 2, 3])
  expect(large[9_999_999]).toBe(4)
  expect(large.byteOffset).toBeGreaterThanOrEqual(first.byteOffset + first.byteLength)
})
