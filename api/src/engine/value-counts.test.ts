import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Block } from './block.ts'
import { Dictionary } from './dictionary.ts'
import { Scratch } from './memory.ts'
import type { AggregationPlan } from './plan.ts'
import { exposureState, noSums } from './unit-rows.ts'
import { ValueCounts } from './value-counts.ts'

const plan: AggregationPlan = {
  variants: ['control', 'treatment'],
  measures: [{ eventTypes: ['purchase'], aggregation: 'sum' }],
  pairs: [],
  cells: [0],
  segments: [],
  window: { from: null, to: null, daysSinceExposure: null },
}
const BLOCK_ROWS = 16

/** Amounts as shops have them, any others, and many that are the same. */
const amount = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 12.34, 1e308, -1e308, 5e-324, -5e-324),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -500, max: 5000 }).map((cents) => cents / 100),
)

test('values are counted in their order, whatever doubles they are', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1), amount), { maxLength: 300 }), (units) => {
      const purchases = noSums(units.length)
      purchases.sums.set(units.map(([, value]) => value))
      const counted = Scratch.during((memory) => {
        const summed = {
          state: new Uint8Array(units.length).fill(exposureState.once),
          variant: Int32Array.from(units, ([variant]) => variant),
          variantNames: new Dictionary(plan.variants),
          types: new Map([['purchase', purchases]]),
        }
        const block = new Block(plan, summed, BLOCK_ROWS, memory)
        const values = new ValueCounts(0, 2, memory)
        for (let from = 0; from < units.length; from += BLOCK_ROWS) {
          block.read(from, Math.min(units.length, from + BLOCK_ROWS))
          values.add(block)
        }
        return [0, 1].map((variant) => values.sorted(variant))
      })
      for (const [variant, { values, counts }] of counted.entries()) {
        const expected = new Map<number, number>()
        for (const [own, value] of units)
          if (own === variant) expected.set(value + 0, (expected.get(value + 0) ?? 0) + 1)
        const sorted = [...expected].sort(([a], [b]) => a - b)
        expect([...values]).toEqual(sorted.map(([value]) => value))
        expect([...counts]).toEqual(sorted.map(([, count]) => count))
      }
    }),
    { numRuns: 300 },
  )
})
