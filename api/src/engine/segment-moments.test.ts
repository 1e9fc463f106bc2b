import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aggregateUnits } from './aggregate-units.ts'
import { Dictionary } from './dictionary.ts'
import type { AggregationPlan } from './plan.ts'
import { exposureState, type SummedUnits } from './unit-rows.ts'

const variants = ['variant-c', 'variant-t']
const plan: AggregationPlan = {
  variants,
  measures: [
    { eventTypes: ['purchase'], aggregation: 'count' },
    { eventTypes: ['purchase'], aggregation: 'sum' },
  ],
  pairs: [[0, 1]],
  cells: [],
  segments: ['page', 'city', 'device', 'absent'],
  window: { from: null, to: null, daysSinceExposure: null },
}

/** Each attribute's number of values: the first two together make more groups than are gone through at once. */
const valuesOf = { page: 30, city: 25, device: 3 }

const unit = fc.record({
  variant: fc.nat(1),
  page: fc.integer({ min: -1, max: valuesOf.page - 1 }),
  city: fc.integer({ min: -1, max: valuesOf.city - 1 }),
  device: fc.integer({ min: -1, max: valuesOf.device - 1 }),
  cents: fc.oneof(fc.constant(0), fc.integer({ min: -900, max: 99_000 })),
})
type Unit = typeof unit extends fc.Arbitrary<infer Value> ? Value : never

test('units broken down by several attributes are in each group with all their sums, and in the whole', () => {
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 200 }), (units) => {
      const { groups } = aggregateUnits(plan, asColumns(units), { firstEventAt: null, lastEventAt: null })
      // What is said of all users does not depend on the attributes, not in its last digit.
      const whole = aggregateUnits({ ...plan, segments: [] }, asColumns(units), {
        firstEventAt: null,
        lastEventAt: null,
      })
      expect(groups.slice(0, 2)).toEqual(whole.groups)
      const expected = [
        ...variants.map((_, variant) => groupOf(units, variant)),
        ...(['page', 'city', 'device'] as const).flatMap((name) =>
          // By name, those without a value first.
          [...new Set(units.map((one) => one[name]))]
            .sort((a, b) => (a < 0 ? -1 : b < 0 ? 1 : textOf(a) < textOf(b) ? -1 : 1))
            .flatMap((code) =>
              variants.map((_, variant) =>
                groupOf(
                  units.filter((one) => one[name] === code),
                  variant,
                ),
              ),
            ),
        ),
        ...(units.length === 0 ? [] : variants.map((_, variant) => groupOf(units, variant))),
      ]
      expect(groups.map(({ n, variant }) => ({ n, variant }))).toEqual(
        expected.map(({ n, variant }) => ({ n, variant })),
      )
      groups.forEach((group, index) => {
        const { means, m2, products } = expected[index]!
        close(group.means, means)
        close(group.m2, m2)
        close(group.products, products)
      })
    }),
    { numRuns: 60, seed: 3 },
  )
})

const textOf = (code: number): string => `value ${code}`

function asColumns(units: Unit[]): SummedUnits {
  const dictionary = (values: number): Dictionary => {
    const own = new Dictionary()
    own.translate(Array.from({ length: values }, (_, code) => textOf(code)))
    return own
  }
  const variantNames = new Dictionary()
  variantNames.translate(variants)
  const attribute = (name: keyof typeof valuesOf) =>
    [name, { codes: Int32Array.from(units, (one) => one[name]), dictionary: dictionary(valuesOf[name]) }] as const
  const zeros = new Float64Array(units.length)
  const sums = Float64Array.from(units, ({ cents }) => cents / 100)
  return {
    size: units.length,
    variantNames,
    firstExposure: zeros,
    variant: Int32Array.from(units, ({ variant }) => variant),
    state: new Uint8Array(units.length).fill(exposureState.once),
    attributes: new Map([attribute('page'), attribute('city'), attribute('device')]),
    types: new Map([
      ['purchase', { counts: sums.map((sum) => (sum === 0 ? 0 : 1)), sums, earlyCounts: zeros, earlySums: zeros }],
    ]),
    eventsWithoutRow: new Map(),
  }
}

function groupOf(units: Unit[], variant: number) {
  const members = units.filter((one) => one.variant === variant)
  const columns = [members.map(({ cents }) => (cents === 0 ? 0 : 1)), members.map(({ cents }) => cents / 100)]
  const means = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / Math.max(1, members.length))
  const product = (i: number, j: number): number =>
    columns[i]!.reduce((sum, value, row) => sum + (value - means[i]!) * (columns[j]![row]! - means[j]!), 0)
  return { n: members.length, variant, means, m2: [product(0, 0), product(1, 1)], products: [product(0, 1)] }
}

/** A hundred squared values of up to 1,000 set the scale of what rounding may leave. */
function close(actual: number[], expected: number[]): void {
  expect(actual).toHaveLength(expected.length)
  actual.forEach((value, i) =>
    expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(Math.max(1e-6, 1e-12 * Math.abs(expected[i]!))),
  )
}
