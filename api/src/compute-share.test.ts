import { describe, expect, test } from 'vitest'
import { computeConcurrencyFor, computeMemoryFor, machineMemoryMb } from './compute-share.ts'

describe('computations at once, when nobody says how many', () => {
  test.each([
    ['many cores and little memory: as many as the memory has room for', 16, 8192, 1024, 7],
    ['few cores and much memory: all cores but one', 4, 65_536, 1024, 3],
    ['a single core: one', 1, 65_536, 1024, 1],
    ['memory for less than one: one all the same', 8, 1024, 4096, 1],
  ])('%s', (_what, cores, memoryMb, computeMemoryMb, expected) => {
    expect(computeConcurrencyFor({ cores, memoryMb, computeMemoryMb })).toBe(expected)
  })

  test('all of them and the server fit into the memory, whatever a machine has', () => {
    for (const memoryMb of [2048, 4096, 8192, 16_384, 65_536]) {
      const computeMemoryMb = computeMemoryFor(memoryMb)
      const concurrency = computeConcurrencyFor({ cores: 64, memoryMb, computeMemoryMb })
      expect(concurrency * computeMemoryMb, `${memoryMb} MB`).toBeLessThan(memoryMb)
    }
  })

  test('this machine has some memory, and no more than it says of itself', () => {
    expect(machineMemoryMb()).toBeGreaterThan(200)
    expect(machineMemoryMb()).toBeLessThan(2 ** 30)
  })
})
