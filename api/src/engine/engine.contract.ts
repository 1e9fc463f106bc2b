import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AggregationEngine, PartFile } from './engine.ts'
import { mergePlans } from './merge-plans.ts'
import { type Aggregates, type AggregationPlan, BUSY_UNIT_EVENTS, type Measure, type Window } from './plan.ts'

/** An event as the contract suite makes it; times are whole minutes after the epoch of the suite. */
export interface PlainEvent {
  userId: string
  variantId: string | null
  eventType: string
  value: number | null
  minute: number
  device: string | null
}

const EPOCH_MS = Date.UTC(2026, 0, 1)
const at = (minute: number) => new Date(EPOCH_MS + minute * 60_000).toISOString()

/** Time of an event of the suite in milliseconds since 1970. */
export const timeOf = ({ minute }: PlainEvent): number => EPOCH_MS + minute * 60_000

const event: fc.Arbitrary<PlainEvent> = fc
  .record({
    user: fc.integer({ min: 0, max: 25 }),
    variant: fc.constantFrom('variant-c', 'variant-c', 'variant-t', 'variant-t', 'variant-other'),
    eventType: fc.constantFrom('exposure', 'exposure', 'purchase', 'purchase', 'refund', 'view'),
    value: fc.option(
      fc.integer({ min: -500, max: 9900 }).map((cents) => cents / 100),
      { nil: null },
    ),
    minute: fc.integer({ min: 0, max: 3 * 1440 }),
    device: fc.constantFrom('mobile', 'desktop', null),
  })
  .map(({ user, variant, ...rest }) => ({
    ...rest,
    userId: `user-${user}`,
    // Most users see one variant only.
    variantId:
      rest.eventType !== 'exposure' ? null : user % 5 === 0 ? variant : user % 2 === 0 ? 'variant-c' : 'variant-t',
  }))

/** Batches as they come, each with some events. */
export const eventLists: fc.Arbitrary<PlainEvent[][]> = fc.array(fc.array(event, { minLength: 1, maxLength: 40 }), {
  minLength: 1,
  maxLength: 6,
})

const measure: fc.Arbitrary<Measure> = fc.record(
  {
    eventTypes: fc.subarray(['purchase', 'refund', 'view'], { minLength: 1 }),
    aggregation: fc.constantFrom('count', 'sum', 'any'),
    before: fc.constant(true as const),
    cap: fc.record({ lower: fc.constantFrom(null, -1, 2), upper: fc.constantFrom(null, 3, 40.5) }),
  },
  { requiredKeys: ['eventTypes', 'aggregation'] },
)

const window: fc.Arbitrary<Window> = fc.record({
  from: fc.constantFrom(null, at(200)),
  to: fc.constantFrom(null, at(3000)),
  daysSinceExposure: fc.constantFrom(null, 1),
})

export const planOfAnyWindow: fc.Arbitrary<AggregationPlan> = fc
  .record({ measures: fc.array(measure, { minLength: 1, maxLength: 4 }), segments: fc.subarray(['device']), window })
  .map(({ measures, segments, window }) => {
    const pairs = measures.flatMap((_, j) => measures.slice(0, j).map((_, i): [number, number] => [i, j]))
    return mergePlans([{ measures, pairs, cells: [0] }], { variants: ['variant-c', 'variant-t'], segments, window })
  })

/**
 * What every engine must do: the aggregates of random events, in any order and cut into parts in any way, are those that
 * a plain reading of the definitions gives.
 *
 * @param writeParts makes parts that the engine can read, one for each list of events
 * @param options how many cases to try, and whether the engine can count events within days after the exposure only
 */
export function engineContract(
  engine: AggregationEngine,
  writeParts: (parts: PlainEvent[][]) => Promise<PartFile[]>,
  { numRuns, daysSinceExposure = true }: { numRuns: number; daysSinceExposure?: boolean },
): void {
  test(`${engine.name}: aggregates are what the definitions say`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: 1, maxLength: 120 }),
        fc.integer({ min: 1, max: 4 }),
        planOfAnyWindow,
        async (events, partCount, anyPlan) => {
          const aPlan = daysSinceExposure
            ? anyPlan
            : { ...anyPlan, window: { ...anyPlan.window, daysSinceExposure: null } }
          const parts = Array.from({ length: partCount }, (_, part) => events.filter((_, i) => i % partCount === part))
          const files = await writeParts(parts.filter((part) => part.length > 0))
          expectClose(await engine.aggregate(aPlan, files), readPlainly(aPlan, events))
        },
      ),
      { numRuns, seed: 11 },
    )
  }, 300_000)

  test(`${engine.name}: an empty window gives groups without units`, async () => {
    const events: PlainEvent[] = [
      { userId: 'u', variantId: 'variant-c', eventType: 'exposure', value: null, minute: 5, device: null },
    ]
    const aPlan = mergePlans([{ measures: [{ eventTypes: ['purchase'], aggregation: 'sum' }], cells: [0] }], {
      variants: ['variant-c', 'variant-t'],
      segments: ['device'],
      window: { from: at(1000), to: null, daysSinceExposure: null },
    })
    const { groups, cells, quality } = await engine.aggregate(aPlan, await writeParts([events]))
    expect(groups.map(({ n }) => n)).toEqual([0, 0])
    expect(cells.map(({ values }) => [...values])).toEqual([[], []])
    expect(quality.exposedUnits).toBe(0)
  })
}

/** The definitions, read word by word, without any thought of speed. */
function readPlainly(
  { variants, measures, pairs, cells, segments, window }: AggregationPlan,
  events: PlainEvent[],
): Aggregates {
  const iso = ({ minute }: PlainEvent) => at(minute)
  const inWindow = (one: PlainEvent) =>
    (window.from === null || iso(one) >= window.from) && (window.to === null || iso(one) < window.to)
  const users = [...new Set(events.map(({ userId }) => userId))].sort()
  const measuredTypes = new Set(measures.flatMap(({ eventTypes }) => eventTypes))
  const units = users.map((userId) => {
    const own = events.filter((one) => one.userId === userId)
    const exposures = own
      .filter((one) => one.eventType === 'exposure' && inWindow(one))
      .sort((a, b) => a.minute - b.minute || (a.variantId! < b.variantId! ? -1 : 1))
    const first = exposures[0]
    const measured = own.filter(({ eventType }) => measuredTypes.has(eventType))
    const early = first === undefined ? [] : measured.filter(({ minute }) => minute < first.minute)
    const counted = measured.filter(
      (one) =>
        first !== undefined &&
        one.minute >= first.minute &&
        (window.to === null || iso(one) < window.to) &&
        (window.daysSinceExposure === null || one.minute < first.minute + window.daysSinceExposure * 1440),
    )
    const values = measures.map(({ eventTypes, aggregation, before, cap }) => {
      const relevant = (before ? early : counted).filter(({ eventType }) => eventTypes.includes(eventType))
      const within = (x: number) => {
        if (cap === undefined || Math.abs(x) < 1e-6) return x
        return Math.max(cap.lower ?? x, Math.min(cap.upper ?? x, x))
      }
      if (aggregation === 'count') return within(relevant.length)
      if (aggregation === 'any') return within(relevant.length > 0 ? 1 : 0)
      return within(relevant.reduce((sum, { value }) => sum + (value ?? 0), 0))
    })
    const seen = new Set(exposures.map(({ variantId }) => variantId))
    // Of exposures at one instant each attribute has its least text, and any text rather than none.
    const devices = exposures
      .filter(({ minute, variantId }) => minute === first!.minute && variantId === first!.variantId)
      .flatMap(({ device }) => device ?? [])
    return { first, exposures, seen, early, counted, measured, values, device: devices.sort()[0] ?? null }
  })
  const exposed = units.filter(({ first }) => first !== undefined)
  const single = exposed.filter(({ seen }) => seen.size === 1)
  const compared = single.filter(({ first }) => variants.includes(first!.variantId!))
  const variantOf = (unit: (typeof units)[number]) => variants.indexOf(unit.first!.variantId!)
  const groupOf = (
    members: typeof units,
    variant: number,
    segment: { attribute: string; value: string | null } | null,
  ) => {
    const n = members.length
    const means = measures.map((_, i) => (n === 0 ? 0 : members.reduce((sum, { values }) => sum + values[i]!, 0) / n))
    const product = (i: number, j: number) =>
      members.reduce((sum, { values }) => sum + (values[i]! - means[i]!) * (values[j]! - means[j]!), 0)
    return {
      variant,
      segment,
      n,
      means,
      m2: measures.map((_, i) => product(i, i)),
      products: pairs.map(([i, j]) => product(i, j)),
    }
  }
  const groups = variants.map((_, variant) =>
    groupOf(
      compared.filter((unit) => variantOf(unit) === variant),
      variant,
      null,
    ),
  )
  for (const attribute of segments) {
    const levels = [...new Set(compared.map(({ device }) => device))].sort((a, b) =>
      a === null ? -1 : b === null ? 1 : a < b ? -1 : 1,
    )
    for (const value of levels) {
      const members = compared.filter(({ device }) => device === value)
      groups.push(
        ...variants.map((_, variant) =>
          groupOf(
            members.filter((unit) => variantOf(unit) === variant),
            variant,
            { attribute, value },
          ),
        ),
      )
    }
  }
  const days = new Map<string, number[]>()
  for (const unit of compared) {
    const day = iso(unit.first!).slice(0, 10)
    const counts = days.get(day) ?? variants.map(() => 0)
    counts[variantOf(unit)]!++
    days.set(day, counts)
  }
  const times = events.map(iso).sort()
  return {
    groups,
    cells: cells.flatMap((cell) =>
      variants.map((_, variant) => {
        const values = compared.filter((unit) => variantOf(unit) === variant).map((unit) => unit.values[cell]!)
        const distinct = [...new Set(values)].sort((a, b) => a - b)
        return {
          measure: cell,
          variant,
          values: distinct,
          counts: distinct.map((value) => values.filter((one) => one === value).length),
        }
      }),
    ),
    quality: {
      exposedUnits: exposed.length,
      contaminatedUnits: exposed.length - single.length,
      repeatedlyExposedUnits: exposed.filter(({ exposures }) => exposures.length > 1).length,
      otherVariantUnits: single.length - compared.length,
      eventsWithoutExposure: units
        .filter(({ first }) => first === undefined)
        .reduce((sum, { measured }) => sum + measured.length, 0),
      eventsBeforeExposure: exposed.reduce((sum, { early }) => sum + early.length, 0),
      unitsWithEventsBeforeExposure: exposed.filter(({ early }) => early.length > 0).length,
      busyUnits: exposed.filter(({ counted }) => counted.length > BUSY_UNIT_EVENTS).length,
      mostEventsOfAUnit: Math.max(0, ...exposed.map(({ counted }) => counted.length)),
      exposuresByDay: [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, counts]) => ({ day, counts })),
      firstEventAt: times[0] ?? null,
      lastEventAt: times.at(-1) ?? null,
    },
  }
}

/** Sums of cents differ in their last bits by the order in which they are added. */
const TOLERANCE = 1e-8

function expectClose(actual: unknown, expected: unknown, path = ''): void {
  if (typeof expected === 'number') {
    expect(
      Math.abs((actual as number) - expected),
      `${path}: ${String(actual)} is not ${expected}`,
    ).toBeLessThanOrEqual(TOLERANCE * Math.max(1, Math.abs(expected)))
  } else if (typeof expected === 'object' && expected !== null) {
    expect(Object.keys(actual as object).sort(), path).toEqual(Object.keys(expected).sort())
    for (const [key, value] of Object.entries(expected))
      expectClose((actual as Record<string, unknown>)[key], value, `${path}.${key}`)
  } else {
    expect(actual, path).toBe(expected)
  }
}
