import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Aggregates, AggregationPlan, Group } from '../engine/plan.ts'
import { excludesZero } from '../stats/confidence-interval.ts'
import { groupSequentialBounds } from '../stats/group-sequential-bounds.ts'
import { alphaOf } from '../stats/inference-options.ts'
import { analyseExperiment, planAnalysis } from './analyse-experiment.ts'
import type { Decision } from './decide.ts'
import { decideAtLook } from './decide-at-look.ts'
import type { LookSettings } from './looks.ts'
import type { MetricDefinition } from './metric-definition.ts'
import type { ResultRow } from './result-row.ts'
import type { AnalysisSettings } from './settings.ts'

const fixed: AnalysisSettings = {
  level: 0.95,
  alternative: 'two-sided',
  correction: 'NONE',
  methods: [],
  segment: null,
  window: { from: null, to: null, daysSinceExposure: null },
}

const metrics = (['PROPORTION', 'MEAN', 'RATIO'] as const).map((kind, index): MetricDefinition => {
  const eventTypes = [`type-${index}`]
  return {
    id: kind,
    key: kind,
    kind,
    numerator: { eventTypes, aggregation: kind === 'PROPORTION' ? 'any' : 'sum' },
    denominator: kind === 'RATIO' ? { eventTypes, aggregation: 'count' } : null,
    goal: 'INCREASE',
    role: index === 0 ? 'PRIMARY' : 'SECONDARY',
  }
})

/** n users whose means lie so many standard errors beyond the usual ones. */
function groupOf(plan: AggregationPlan, variant: number, n: number, shift: number): Group {
  const sums = plan.measures.map(({ aggregation, before }) => {
    if (before) return { mean: 0, m2: 0 }
    if (aggregation !== 'any') {
      const [mean, deviation] = aggregation === 'sum' ? [10, 20] : [1, 0.5]
      return { mean: mean + shift * (deviation / Math.sqrt(n)), m2: deviation ** 2 * (n - 1) }
    }
    const converted = Math.min(n, Math.max(0, Math.round(n * 0.2 + shift * Math.sqrt(n * 0.16))))
    return { mean: converted / n, m2: (converted * (n - converted)) / n }
  })
  const m2 = sums.map((one) => one.m2)
  const products = plan.pairs.map(([a, b]) => 0.4 * Math.sqrt(m2[a]! * m2[b]!))
  return { variant, segment: null, n, means: sums.map(({ mean }) => mean), m2, products }
}

function rowsOf(n: number, shift: number, settings: AnalysisSettings, exposedUnits = 2 * n): ResultRow[] {
  const variants = ['c', 't']
  const plan = planAnalysis(metrics, variants, settings)
  const groups = [groupOf(plan, 0, n, 0), groupOf(plan, 1, n, shift)]
  return analyseExperiment(
    metrics,
    plan,
    { groups, cells: [], quality: { exposedUnits } } as unknown as Aggregates,
    settings,
  )
}

const groupSequential = (options: Partial<LookSettings & { kind: 'GROUP_SEQUENTIAL' }> = {}): LookSettings => ({
  kind: 'GROUP_SEQUENTIAL',
  spending: 'OBRIEN_FLEMING',
  gamma: null,
  plannedUnits: 40_000,
  earlierFractions: [],
  isLast: false,
  ...options,
})

const anyLooks: fc.Arbitrary<LookSettings> = fc.oneof(
  fc.record({
    kind: fc.constant('ALWAYS_VALID' as const),
    tunedFor: fc.constantFrom(100, 5000, 1e6),
  }),
  fc
    .record({
      spending: fc.constantFrom('OBRIEN_FLEMING' as const, 'POCOCK' as const, 'HWANG_SHIH_DECANI' as const),
      earlierFractions: fc.constantFrom<number[]>([], [0.005], [0.2, 0.3], [0.5, 1]),
      isLast: fc.boolean(),
    })
    .map((one) => groupSequential({ ...one, gamma: one.spending === 'HWANG_SHIH_DECANI' ? -4 : null })),
)
// Not doubles of fast-check, most of which are next to nothing.
const shift = fc.integer({ min: -900, max: 900 }).map((hundredths) => hundredths / 100)
const share = fc.constantFrom(0.004, 0.31, 0.75, 1, 1.2)
const level = fc.constantFrom(0.8, 0.95, 0.99)
const alternative = fc.constantFrom('two-sided' as const, 'greater' as const, 'less' as const)
const correction = fc.constantFrom('NONE' as const, 'BENJAMINI_HOCHBERG' as const, 'BONFERRONI' as const)

describe('a row that allows for looks', () => {
  test('p-value, bound and both intervals say the same about “no effect”, adjusted or not', () => {
    let crossed = 0
    fc.assert(
      fc.property(
        anyLooks,
        fc.constantFrom(20, 400, 20_000),
        shift,
        level,
        alternative,
        correction,
        share,
        (...drawn) => {
          const [drawnLooks, n, by, at, side, adjust, share] = drawn
          const looks = 'plannedUnits' in drawnLooks ? { ...drawnLooks, plannedUnits: (2 * n) / share } : drawnLooks
          const settings = { ...fixed, level: at, alternative: side, correction: adjust, looks }
          for (const row of rowsOf(n, by, settings)) {
            // So many standard errors below a mean of 1 there is next to nothing left to divide by.
            if (row.notComputable?.reason === 'tooFewDenominators') continue
            const { testPValue, nominalAlpha } = row.look!
            const isFound = row.pValue! < alphaOf(at)
            if (isFound) crossed++
            // So near the bound that rounding decides, either is right.
            if (Math.abs(testPValue! / nominalAlpha - 1) > 1e-6) expect(testPValue! < nominalAlpha).toBe(isFound)
            expect(row.pValue!).toBeGreaterThanOrEqual(testPValue! * (1 - 1e-4))
            for (const effect of [row.effect, row.relativeEffect]) {
              if (effect === null) continue
              expect(effect.confidenceInterval.level).toBe(at)
              expect(excludesZero(effect.confidenceInterval)).toBe(isFound)
            }
            if (adjust === 'NONE') continue
            for (const effect of [row.adjustedEffect, row.adjustedRelativeEffect]) {
              if (effect !== null) expect(excludesZero(effect.confidenceInterval)).toBe(row.isSignificant)
            }
          }
        },
      ),
      { numRuns: 250, seed: 20261123, endOnFailure: true },
    )
    expect(crossed).toBeGreaterThan(150)
  })

  test('without looks a row is as it was, with the plain test as the only one', () => {
    for (const row of rowsOf(400, 2.5, fixed)) expect(row).not.toHaveProperty('look')
    const last = rowsOf(20_000, 2.5, { ...fixed, looks: groupSequential() })
    rowsOf(20_000, 2.5, fixed).forEach((row, index) => {
      expect(last[index]!.pValue! / row.pValue!).toBeCloseTo(1, 9)
      expect(last[index]!.effect!.confidenceInterval.lower).toBeCloseTo(row.effect!.confidenceInterval.lower!, 9)
    })
  })

  test('the bound is that of the design whose looks were taken', () => {
    const looks = groupSequential({ earlierFractions: [0.25, 0.5, 0.25, 0.9] })
    const [row] = rowsOf(15_000, 2.5, { ...fixed, looks })
    const bounds = groupSequentialBounds([0.25, 0.5, 0.75], { spending: { kind: 'obrienFleming' } })
    expect(row!.look).toMatchObject({ informationFraction: 0.75, looksBefore: 2 })
    expect(row!.look!.criticalValue! / bounds[2]!.criticalValue!).toBeCloseTo(1, 9)
    expect(row!.adjustments[0]).toContain('look 3 of a group-sequential design at 75 % of the planned users')
  })

  test('a look that may spend nothing rules nothing out', () => {
    for (const looks of [groupSequential({ earlierFractions: [1] }), groupSequential({ plannedUnits: 1e9 })]) {
      for (const row of rowsOf(25_000, 8, { ...fixed, looks })) {
        expect(row).toMatchObject({ pValue: 1, isSignificant: false, look: { nominalAlpha: 0, criticalValue: null } })
        expect(row.effect!.confidenceInterval).toMatchObject({ kind: 'wholeLine', lower: null, upper: null })
      }
    }
  })

  test('an experiment that ended with too few users spends what is left', () => {
    const looks = { earlierFractions: [0.1], plannedUnits: 100_000 }
    const [open] = rowsOf(10_000, 3.2, { ...fixed, looks: groupSequential(looks) })
    const [over] = rowsOf(10_000, 3.2, { ...fixed, looks: groupSequential({ ...looks, isLast: true }) })
    expect(open!.isSignificant).toBe(false)
    expect(over!.isSignificant).toBe(true)
  })

  test.each([0, 1, 2])('with %i users a variant there is a reason, or finite numbers', (n) => {
    for (const looks of [groupSequential(), { kind: 'ALWAYS_VALID', tunedFor: 5000 } as const]) {
      const settings = { ...fixed, looks }
      const plan = planAnalysis(metrics, ['c', 't'], settings)
      const group = (variant: number): Group => ({
        ...groupOf(plan, variant, Math.max(n, 1), 0),
        n,
        ...(n === 0 ? { means: plan.measures.map(() => 0), m2: plan.measures.map(() => 0) } : {}),
      })
      const aggregates = { groups: [group(0), group(1)], cells: [], quality: { exposedUnits: 2 * n } }
      for (const row of analyseExperiment(metrics, plan, aggregates as unknown as Aggregates, settings)) {
        if (row.notComputable === null) expect(Number.isFinite(row.pValue)).toBe(true)
        else expect(row).toMatchObject({ pValue: null, effect: null })
      }
    }
  })
})

describe('the decision at a look', () => {
  const decision =
    (verdict: Decision['verdict']) =>
    (reasons: string[]): Decision => ({
      verdict: reasons.length > 0 ? 'WITHHELD' : verdict,
      treatmentId: null,
      summary: '',
      reasons,
    })
  const plan = { plannedUnits: 10_000 }
  const early = ['It runs until its planned end.']

  test('early, a design for looks decides what it found, and goes on otherwise', () => {
    for (const looks of [groupSequential(), { kind: 'ALWAYS_VALID', tunedFor: 5000 } as const]) {
      const at = (verdict: Decision['verdict']) =>
        decideAtLook(decision(verdict), early, { ...fixed, looks }, plan, 4000)
      expect(at('SHIP').verdict).toBe('SHIP')
      expect(at('DO_NOT_SHIP').verdict).toBe('DO_NOT_SHIP')
      expect(at('INCONCLUSIVE')).toMatchObject({ verdict: 'WITHHELD', reasons: early })
    }
  })

  test('a fixed design tells what a valid early look would have needed', () => {
    const { verdict, reasons } = decideAtLook(decision('SHIP'), early, fixed, plan, 5000)
    expect(verdict).toBe('WITHHELD')
    expect(reasons.join(' ')).toContain('p-value below 0.0031')
    const sooner = decideAtLook(decision('SHIP'), early, fixed, plan, 1000)
    expect(sooner.reasons.join(' ')).toContain('far below one in a million')
    const open = decideAtLook(decision('SHIP'), early, fixed, { plannedUnits: null }, 1000)
    expect(open.reasons.at(-1)).toContain('ALWAYS_VALID')
  })
})
