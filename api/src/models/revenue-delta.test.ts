import { describe, expect, it } from 'vitest'
import { estimateOf } from './estimate.ts'
import { DEFAULT_QUESTION, type ModelQuestion, type TargetKind } from './model-question.ts'
import { revenueDelta } from './revenue-delta.ts'

const question = (kind: TargetKind): ModelQuestion => ({
  ...DEFAULT_QUESTION,
  target: { kind, metric: 'm', unit: kind === 'REVENUE' ? 'EUR' : null },
})
const delta = estimateOf(0.5, 0.2, { level: 0.95, referenceDegrees: null })
const visitorsByDay = [900, 1100, 1000, 1000]

describe('what a treatment is worth', () => {
  it('of revenue: per visitor the delta itself, over a month times the visitors, with the error of both', () => {
    const revenue = revenueDelta(delta, question('REVENUE'), { visitorsByDay }, null)!
    expect(revenue).toMatchObject({ unit: 'EUR', perVisitor: delta, horizonDays: 30 })
    expect(revenue.visitorsPerDay).toEqual({ mean: 1000, standardError: Math.sqrt(20_000 / 3 / 4), days: 4 })
    expect(revenue.overHorizon!.estimate).toBeCloseTo(15_000, 8)
    const visitors = (20_000 / 3) * (900 / 4 + 30)
    const variance = 0.25 * visitors + 30_000 ** 2 * 0.04 + 0.04 * visitors
    expect(revenue.overHorizon!.standardError).toBeCloseTo(Math.sqrt(variance), 8)
  })

  it('of conversions: times what one is worth', () => {
    const revenue = revenueDelta(delta, question('CONVERSION'), null, { amount: 40, standardError: 1, unit: 'USD' })!
    expect(revenue).toMatchObject({ unit: 'USD', overHorizon: null, visitorsPerDay: null })
    expect(revenue.perVisitor.estimate).toBe(20)
    expect(revenue.perVisitor.standardError).toBeCloseTo(Math.sqrt(0.25 + 1600 * 0.04 + 0.04), 12)
  })

  it('nothing where no worth is known, or of order values', () => {
    expect(revenueDelta(delta, question('CONVERSION'), { visitorsByDay }, null)).toBeNull()
    expect(revenueDelta(delta, question('AVERAGE_ORDER_VALUE'), { visitorsByDay }, null)).toBeNull()
  })

  it('one measured day tells visitors, but not how they vary', () => {
    const revenue = revenueDelta(delta, question('REVENUE'), { visitorsByDay: [700] }, null)!
    expect(revenue.visitorsPerDay).toEqual({ mean: 700, standardError: null, days: 1 })
    expect(revenue.overHorizon).toBeNull()
  })
})
