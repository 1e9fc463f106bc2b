import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeySet } from './key-set.ts'

test('says of each key whether and as which one it was added, like a map of texts', () => {
  const lane = fc.constantFrom(0, 1, -1, 7, 1 << 30, 1 << 31)
  fc.assert(
    fc.property(fc.array(fc.tuple(lane, lane, lane, lane), { maxLength: 400 }), (keys) => {
      const set = new KeySet(1)
      const model = new Map<string, number>()
      for (const key of keys) {
        const name = key.join()
        expect(set.indexOf(...key)).toBe(model.get(name) ?? -1)
        expect(set.add(...key)).toBe(model.get(name) ?? -1)
        if (!model.has(name)) model.set(name, model.size)
      }
      expect(set.size).toBe(model.size)
      for (const key of keys) expect(set.indexOf(...key)).toBe(model.get(key.join()))
    }),
    { numRuns: 200, seed: 2 },
  )
})
