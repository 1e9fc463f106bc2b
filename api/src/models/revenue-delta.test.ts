import { randomNormal } from 'd3-random'
import { mersenne } from 'pure-rand/generator/mersenne'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { describe, expect, it } from 'vitest'
import { estimateOf } from './estimate.ts'
import { DEFAULT_QUESTION, type ModelQuestion, type TargetKind } from './model-question.ts'
import { revenueDelta } from './revenue-delta.ts'

const question = (kind: TargetKind): ModelQuestion => ({
  ...DEFAULT_QUESTION,
  target: { kind, metric: 'm', unit: kind === 'REVENUE' ? 'EUR' : null },
})
const delta = estimateOf(0.5, 0.2, { level: 0.95, referenceDegrees: null })

interface Ends {
  lower: number
  upper: number
}

const uniformOf = (seed: number): (() => number) => {
  const generator = mersenne(seed)
  return () => uniformFloat64(generator)
}
const visitorsByDay = [900, 1100, 1000, 1000]

describe('what a treatment is worth', () => {
  it('of revenue: per visitor the delta itself, over a month times the visitors, with the error of both', () => {
    const revenue = revenueDelta(delta, question('REVENUE'), { visitorsByDay }, null, null)!
    expect(revenue).toMatchObject({ unit: 'EUR', perVisitor: delta, horizonDays: 30 })
    expect(revenue.visitorsPerDay).toEqual({ mean: 1000, standardError: Math.sqrt(20_000 / 3 / 4), days: 4 })
    expect(revenue.overHorizon!.estimate).toBeCloseTo(15_000, 8)
    const visitors = (20_000 / 3) * (900 / 4 + 30)
    const variance = 0.25 * visitors + 30_000 ** 2 * 0.04 + 0.04 * visitors
    expect(revenue.overHorizon!.standardError).toBeCloseTo(Math.sqrt(variance), 8)
  })

  it('of conversions: times what one is worth', () => {
    const revenue = revenueDelta(
      delta,
      question('CONVERSION'),
      null,
      { amount: 40, standardError: 1, unit: 'USD' },
      null,
    )!
    expect(revenue).toMatchObject({ unit: 'USD', overHorizon: null, visitorsPerDay: null })
    expect(revenue.perVisitor.estimate).toBe(20)
    expect(revenue.perVisitor.standardError).toBeCloseTo(Math.sqrt(0.25 + 1600 * 0.04 + 0.04), 12)
  })

  it('nothing where no worth is known, or of order values', () => {
    expect(revenueDelta(delta, question('CONVERSION'), { visitorsByDay }, null, null)).toBeNull()
    expect(revenueDelta(delta, question('AVERAGE_ORDER_VALUE'), { visitorsByDay }, null, null)).toBeNull()
  })

  it('one measured day tells visitors, but not how they vary', () => {
    const revenue = revenueDelta(delta, question('REVENUE'), { visitorsByDay: [700] }, null, null)!
    expect(revenue.visitorsPerDay).toEqual({ mean: 700, standardError: null, days: 1 })
    expect(revenue.overHorizon).toBeNull()
  })

  it('is as uncertain as the delta of few users: over any horizon of even traffic the p-value is the delta’s', () => {
    const few = estimateOf(-8.5, 3, { level: 0.95, referenceDegrees: 1 })
    const { overHorizon } = revenueDelta(few, question('REVENUE'), { visitorsByDay: [1, 1, 1] }, null, 1)!
    expect(overHorizon!.pValue).toBeCloseTo(few.pValue!, 12)
    expect(overHorizon!.interval).toMatchObject({
      lower: expect.closeTo(30 * (few.interval as Ends).lower, 8) as number,
    })
    const worth = { amount: 40, standardError: 0, unit: null }
    expect(revenueDelta(few, question('COUNT'), null, worth, 1)!.perVisitor.pValue).toBeCloseTo(few.pValue!, 12)
  })

  it('over a horizon contains what visitors to come bring as often as it says, after two measured days too', () => {
    const source = uniformOf(11)
    const visitors = randomNormal.source(source)(1000, 300)
    const sure = estimateOf(1, 1e-9, { level: 0.95, referenceDegrees: null })
    let covered = 0
    for (let time = 0; time < 2000; time++) {
      const traffic = { visitorsByDay: [visitors(), visitors()] }
      const to = Array.from({ length: 30 }, visitors).reduce((sum, day) => sum + day, 0)
      const { lower, upper } = revenueDelta(sure, question('REVENUE'), traffic, null, null)!.overHorizon!
        .interval as Ends
      if (lower <= to && to <= upper) covered++
    }
    expect(covered / 2000).toBeGreaterThan(0.935)
    expect(covered / 2000).toBeLessThan(0.965)
  })
})
