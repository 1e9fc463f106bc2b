import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { HOLDOUT } from '../../models/feature-cells.ts'
import { eventLists, type PlainEvent, timeOf } from '../engine.contract.ts'
import type { FeaturePlan, FeatureRequest } from '../features/feature-plan.ts'
import type { TrainingCells } from '../features/make-cells.ts'
import type { Measure } from '../plan.ts'
import { partWriter } from './event-parts.contract.ts'
import { readFeatureCells } from './read-feature-cells.ts'
import { updateUnitTable } from './update-unit-table.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlift-cells-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const writeParts = partWriter(folder)

const binning = { kind: 'AUTO', bins: 3, topLevels: 5, edges: null } as const
const device: FeatureRequest = { name: 'device', origin: { kind: 'ATTRIBUTE', attribute: 'device' }, binning }
const spend: FeatureRequest = { name: 'spend', origin: { kind: 'SPEND', eventTypes: ['purchase', 'refund'] }, binning }
const views: FeatureRequest = { name: 'views', origin: { kind: 'FREQUENCY', eventTypes: ['view'] }, binning }
const recency: FeatureRequest = { name: 'recency', origin: { kind: 'RECENCY', eventTypes: ['view'] }, binning }

const revenue: Measure = { eventTypes: ['purchase', 'refund'], aggregation: 'sum' }
const orders: Measure = { eventTypes: ['purchase'], aggregation: 'count' }
const open = { from: null, to: null, daysSinceExposure: null }

const planOf = (changes: Partial<FeaturePlan> = {}): FeaturePlan => ({
  variants: ['variant-c', 'variant-t'],
  features: [device, spend, views, recency],
  target: { numerator: revenue, denominator: null },
  worth: null,
  window: open,
  folds: 3,
  holdout: 0.2,
  seed: 1,
  ...changes,
})

interface PlainUnit {
  variant: string
  values: (string | number | null)[]
  target: number
  denominator: number
  day: string
}

/** The definitions, read word by word. */
function unitsOf(events: PlainEvent[], { variants, target }: FeaturePlan): PlainUnit[] {
  const sum = (own: PlainEvent[], { eventTypes, aggregation }: Measure) => {
    const counted = own.filter(({ eventType }) => eventTypes.includes(eventType))
    if (aggregation === 'sum') return counted.reduce((total, { value }) => total + (value ?? 0), 0)
    return aggregation === 'any' ? Math.min(1, counted.length) : counted.length
  }
  return [...Map.groupBy(events, ({ userId }) => userId).values()].flatMap((own): PlainUnit[] => {
    const exposures = own.filter(({ eventType }) => eventType === 'exposure')
    const seen = new Set(exposures.map(({ variantId }) => variantId!))
    const [variant] = seen
    if (seen.size !== 1 || !variants.includes(variant!)) return []
    const first = Math.min(...exposures.map(({ minute }) => minute))
    const before = own.filter(({ minute, eventType }) => minute < first && eventType !== 'exposure')
    const after = own.filter(({ minute }) => minute >= first)
    const devices = exposures.filter(({ minute }) => minute === first).flatMap((one) => one.device ?? [])
    const lastView = Math.max(...before.filter((one) => one.eventType === 'view').map(({ minute }) => minute))
    const spent = sum(before, revenue)
    return [
      {
        variant: variant!,
        values: [
          devices.sort()[0] ?? null,
          Math.abs(spent) < 1e-9 ? 0 : spent,
          sum(before, { eventTypes: ['view'], aggregation: 'count' }),
          lastView === -Infinity ? null : Math.floor((first - lastView) / 1440),
        ],
        target: sum(after, target.numerator),
        denominator: target.denominator === null ? 0 : sum(after, target.denominator),
        day: new Date(timeOf({ minute: first } as PlainEvent)).toISOString().slice(0, 10),
      },
    ]
  })
}

/** The level that a feature's own description gives a value. */
function levelOf({ cells }: TrainingCells, feature: number, value: string | number | null): number {
  const { kind, levels, edges, missing, other } = cells.features[feature]!
  if (value === null) return missing!
  if (kind === 'BINNED') return edges.filter((edge) => edge <= (value as number)).length
  const place = levels.indexOf(String(value))
  return place >= 0 ? place : other!
}

/** All of a cell but its fold, which tests cannot foresee. */
function summary(entries: { key: string; n: number; sum: number; squares: number }[]) {
  return [...Map.groupBy(entries, ({ key }) => key)]
    .map(([key, own]) => ({
      key,
      n: own.reduce((total, { n }) => total + n, 0),
      sum: own.reduce((total, one) => total + one.sum, 0),
      squares: own.reduce((total, one) => total + one.squares, 0),
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}

function expectAsRead(read: TrainingCells, events: PlainEvent[], plan: FeaturePlan): void {
  const { cells } = read
  const units = unitsOf(events, plan)
  const expected = summary(
    units.map(({ variant, values, target }) => ({
      key: [plan.variants.indexOf(variant), ...values.map((value, f) => levelOf(read, f, value))].join(),
      n: 1,
      sum: target,
      squares: target ** 2,
    })),
  )
  const actual = summary(
    Array.from(cells.n, (n, cell) => ({
      key: [cells.variant[cell], ...cells.levels.map((levels) => levels[cell])].join(),
      n,
      sum: n * cells.mean[cell]!,
      squares: cells.m2 === null ? n * cells.mean[cell]! : cells.m2[cell]! + n * cells.mean[cell]! ** 2,
    })),
  )
  expect(actual.map(({ key, n }) => [key, n])).toEqual(expected.map(({ key, n }) => [key, n]))
  actual.forEach(({ sum, squares }, i) => {
    expect(sum).toBeCloseTo(expected[i]!.sum, 8)
    expect(squares).toBeCloseTo(expected[i]!.squares, 6)
  })
  const days = [...Map.groupBy(units, ({ day }) => day).values()].map(({ length }) => length)
  expect(read.visitorsByDay.reduce((sum, count) => sum + count, 0)).toBe(days.reduce((sum, count) => sum + count, 0))
}

describe('cells', () => {
  test('are the users that a plain reading of the definitions puts into them, in parts cut in any way', async () => {
    await fc.assert(
      fc.asyncProperty(eventLists, async (batches) => {
        const events = batches.flat()
        const plan = planOf()
        expectAsRead(await readFeatureCells(plan, await writeParts(batches), null), events, plan)
        const share = planOf({ target: { numerator: { ...orders, aggregation: 'any' }, denominator: null } })
        expectAsRead(await readFeatureCells(share, await writeParts([events]), null), events, share)
      }),
      { numRuns: 12, seed: 5 },
    )
  }, 240_000)

  test('are the same from a unit table, whatever the order of the events and however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(eventLists, async (batches) => {
        const plan = planOf({ features: [device, spend, views], target: { numerator: revenue, denominator: orders } })
        const parts = await writeParts(batches)
        const workFolder = mkdtempSync(join(folder, 'units-'))
        const table = await updateUnitTable({ window: open, known: [], added: parts, files: [], workFolder })
        const fromEvents = await readFeatureCells(plan, parts, null)
        const fromTable = await readFeatureCells(plan, parts, table.files)
        const reversed = await readFeatureCells(plan, await writeParts([batches.flat().reverse()]), null)
        for (const other of [fromTable, reversed]) {
          expect(other.cells.features).toEqual(fromEvents.cells.features)
          expect(other.cells.fold).toEqual(fromEvents.cells.fold)
          expect(other.cells.levels).toEqual(fromEvents.cells.levels)
          expect(other.cells.n).toEqual(fromEvents.cells.n)
          Array.from(other.cells.mean).forEach((mean, i) => expect(mean).toBeCloseTo(fromEvents.cells.mean[i]!, 9))
        }
      }),
      { numRuns: 8, seed: 6 },
    )
  }, 240_000)
})

/** A user that is exposed, and buys or not. */
function user(index: number, own: Partial<PlainEvent> = {}, purchase: Partial<PlainEvent> | null = {}): PlainEvent[] {
  const base = { userId: `u${index}`, variantId: null, value: null, device: null }
  const variantId = index % 2 === 0 ? 'variant-c' : 'variant-t'
  return [
    { ...base, eventType: 'exposure', minute: 1000, variantId, ...own },
    ...(purchase === null ? [] : [{ ...base, eventType: 'purchase', minute: 2000, value: 10, ...purchase }]),
  ]
}

const many = (count: number, make: (index: number) => PlainEvent[]) => Array.from({ length: count }, (_, i) => make(i))

describe('features', () => {
  const readOne = async (feature: FeatureRequest, events: PlainEvent[], changes: Partial<FeaturePlan> = {}) => {
    const plan = planOf({ features: [feature], holdout: 0, ...changes })
    return readFeatureCells(plan, await writeParts([events]), null)
  }

  test('of many values keep the most frequent ones, gather the others, and count all', async () => {
    const events = many(400, (i) => user(i, { device: i < 200 ? 'a' : i < 300 ? 'b' : i < 390 ? `rare-${i}` : null }))
    const { cells } = await readOne({ ...device, binning: { ...binning, topLevels: 2 } }, events.flat())
    expect(cells.features[0]).toMatchObject({
      kind: 'CATEGORICAL',
      levels: ['a', 'b', '(other)', '(missing)'],
      other: 2,
      missing: 3,
      distinctValues: 92,
    })
  })

  test('that look like numbers are cut into ranges with about equally many users, and the edges are kept', async () => {
    const events = many(400, (i) => user(i, { device: String(i / 4) }))
    const { cells } = await readOne({ ...device, binning: { ...binning, bins: 4 } }, events.flat())
    expect(cells.features[0]).toMatchObject({ kind: 'BINNED', edges: [25, 50, 75], isWhole: false, missing: null })
    const users = cells.features[0]!.levels.map((_, level) =>
      Array.from(cells.n).reduce((sum, n, cell) => sum + (cells.levels[0]![cell] === level ? n : 0), 0),
    )
    expect(users).toEqual([100, 100, 100, 100])
  })

  test('with one value that most users have still get ranges for the others', async () => {
    const events = many(400, (i) => user(i, { device: String(i < 340 ? 0 : i) }))
    const { cells } = await readOne({ ...device, binning: { ...binning, bins: 4 } }, events.flat())
    expect(cells.features[0]!.edges).toEqual([340, 360, 380])
  })

  test('that only later events know are taken from there, and flagged', async () => {
    const events = many(100, (i) => user(i, {}, { device: i % 4 === 0 ? null : 'app' }))
    const late = await readOne(device, events.flat())
    expect(late.cells.features[0]!.source.isRecordedAfterExposure).toBe(true)
    expect(late.cells.features[0]!.levels).toEqual(['app', '(missing)'])
    const early = await readOne(
      device,
      events.flat().map((one) => (one.eventType === 'purchase' ? { ...one, minute: 10 } : one)),
    )
    expect(early.cells.features[0]!.source.isRecordedAfterExposure).toBe(false)
    const known = await readOne(device, many(100, (i) => user(i, { device: 'web' }, { device: 'app' })).flat())
    expect(known.cells.features[0]).toMatchObject({ levels: ['web'], source: { isRecordedAfterExposure: false } })
  })

  test('that are no numbers cannot be cut into ranges, and the message names the value', async () => {
    const events = many(20, (i) => user(i, { device: i === 7 ? 'phone' : String(i) })).flat()
    const asked = readOne({ ...device, binning: { ...binning, edges: [5] } }, events)
    await expect(asked).rejects.toThrow('"device" cannot be cut into ranges: it has the value "phone"')
  })

  test('deal users to folds by their hash and the seed, a share of them to the holdout', async () => {
    const events = many(4000, (i) => user(i)).flat()
    const folds = async (seed: number) => {
      const { cells } = await readOne(device, events, { seed, holdout: 0.2, folds: 4 })
      const shares = new Map<number, number>()
      Array.from(cells.fold).forEach((fold, i) => shares.set(fold, (shares.get(fold) ?? 0) + cells.n[i]! / 4000))
      return shares
    }
    const shares = await folds(1)
    expect([...shares.keys()].sort()).toEqual([HOLDOUT, 0, 1, 2, 3].sort())
    // Five standard deviations of a share of 0.2 among 4,000.
    for (const share of shares.values()) expect(Math.abs(share - 0.2)).toBeLessThan(0.032)
    expect(await folds(1)).toEqual(shares)
    expect(await folds(2)).not.toEqual(shares)
  })

  test('deal conversions out so that each fold has its share of every variant’s, and by one seed in one way', async () => {
    const conversion: FeaturePlan['target'] = { numerator: { ...orders, aggregation: 'any' }, denominator: null }
    const events = many(3000, (i) => user(i, { device: `d${i % 3}` }, i % 31 === 0 ? {} : null))
    const read = async (seed: number, all = events) => {
      const { cells } = await readOne(device, all.flat(), { target: conversion, seed, folds: 5 })
      const counts = [0, 1].map((variant) => new Float64Array(5).map((_, fold) => sumOf(cells, variant, fold)))
      return { cells, counts }
    }
    const sumOf = ({ variant, fold, n, mean }: TrainingCells['cells'], own: number, at: number) =>
      Array.from(n).reduce((sum, count, i) => sum + (variant[i] === own && fold[i] === at ? count * mean[i]! : 0), 0)
    const { cells, counts } = await read(1)
    for (const own of counts) expect(Math.max(...own) - Math.min(...own)).toBeLessThan(1 + 1e-9)
    expect(cells.n.length).toBe(2 * 3 * 5)
    expect((await read(1)).cells.fold).toEqual(cells.fold)
    expect((await read(1)).cells.mean).toEqual(cells.mean)
    expect((await read(2)).cells.mean).not.toEqual(cells.mean)
  })

  test('that are to stay numbers are cells of their own, and ranges of them are shown', async () => {
    const events = many(400, (i) => user(i, { device: i < 380 ? String(i % 95) : null }))
    const asked = { ...device, binning: { ...binning, kind: 'NUMBER' as const, bins: 4 } }
    const { cells } = await readOne(asked, events.flat(), { folds: 2 })
    expect(cells.features[0]).toMatchObject({ kind: 'NUMERIC', distinctValues: 95, missing: 4 })
    expect(cells.features[0]!.levels).toHaveLength(5)
    const numbers = Array.from(cells.numbers![0]!)
    expect(numbers).toEqual([...Array.from({ length: 95 }, (_, i) => i), Number.NaN])
    const usersOf = (place: number) =>
      Array.from(cells.n).reduce((sum, n, cell) => sum + (cells.levels[0]![cell] === place ? n : 0), 0)
    expect(numbers.map((_, place) => usersOf(place))).toEqual([...new Array<number>(95).fill(4), 20])
    const texts = many(20, (i) => user(i, { device: i === 7 ? 'phone' : String(i) })).flat()
    await expect(readOne(asked, texts)).rejects.toThrow('"device" cannot be used as a number: it has the value "phone"')
  })
})

test('the worth of a conversion is the money of those who converted, with its standard error', async () => {
  const events = many(60, (i) => user(i, {}, i % 3 === 0 ? { value: 5 + i } : null)).flat()
  const conversion: Measure = { eventTypes: ['purchase'], aggregation: 'any' }
  const plan = planOf({ features: [], target: { numerator: conversion, denominator: null }, worth: revenue })
  const { worth } = await readFeatureCells(plan, await writeParts([events]), null)
  const amounts = Array.from({ length: 20 }, (_, i) => 5 + 3 * i)
  const mean = amounts.reduce((sum, x) => sum + x, 0) / 20
  const variance = amounts.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 19
  expect(worth!.amount).toBeCloseTo(mean, 10)
  expect(worth!.standardError).toBeCloseTo(Math.sqrt(variance / 20), 10)
})
