import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chiSquareTest } from '../stats/chi-square-test.ts'
import { cohensD } from '../stats/cohens-d.ts'
import { excludes } from '../stats/confidence-interval.ts'
import { isNotComputable } from '../stats/not-computable.ts'
import { effectSizesOf } from './effect-sizes.ts'
import type { Comparison } from './result-row.ts'

const arm = (n: number, total: number) => ({
  n,
  total,
  mean: total / n,
  standardDeviation: null,
  denominatorTotal: null,
})

/** What chi-square says of two rates, as far as sizes need it. */
function comparisonOf(control: [number, number], treatment: [number, number], level = 0.95): Comparison | null {
  const test = chiSquareTest(
    { successes: control[0], n: control[1] },
    { successes: treatment[0], n: treatment[1] },
    { level },
  )
  if (isNotComputable(test)) return null
  const { estimate, standardError, confidenceInterval, pValue } = test
  return {
    control: arm(control[1], control[0]),
    treatment: arm(treatment[1], treatment[0]),
    effect: { estimate, standardError, confidenceInterval },
    method: 'CHI_SQUARE',
    pValue,
    effectSize: null,
  } as Comparison
}

test('a proportion has its risk difference and odds ratio', () => {
  const sizes = effectSizesOf('PROPORTION', comparisonOf([48, 80], [56, 70])!)
  expect(sizes.map(({ name }) => name)).toEqual(['RISK_DIFFERENCE', 'ODDS_RATIO'])
  expect(sizes[0]!.value).toBeCloseTo(0.2, 12)
  expect(sizes[1]!.value).toBeCloseTo((56 * 32) / (14 * 48), 12)
  // Woolf's interval by hand: log odds ratio -+ 1.959964 sqrt(1/56 + 1/14 + 1/48 + 1/32).
  expect(sizes[1]!.confidenceInterval!.lower).toBeCloseTo(1.27621787, 7)
})

test('without a failure or a success in an arm there is no interval of the odds ratio', () => {
  expect(effectSizesOf('PROPORTION', comparisonOf([5, 80], [0, 70])!)[1]).toMatchObject({
    value: 0,
    confidenceInterval: null,
  })
  expect(effectSizesOf('PROPORTION', comparisonOf([0, 80], [5, 70])!).map(({ name }) => name)).toEqual([
    'RISK_DIFFERENCE',
  ])
})

test('the interval of the odds ratio holds 1 exactly when the test finds nothing', () => {
  const count = fc.integer({ min: 0, max: 60 })
  fc.assert(
    fc.property(count, count, fc.constantFrom(0.8, 0.95, 0.99), (x, y, level) => {
      const comparison = comparisonOf([x, 60], [y, 60], level)
      if (comparison === null) return
      const odds = effectSizesOf('PROPORTION', comparison).find(({ name }) => name === 'ODDS_RATIO')
      if (odds?.confidenceInterval == null) return
      expect(excludes(odds.confidenceInterval, 1)).toBe(comparison.pValue! < Math.round((1 - level) * 1e6) / 1e6)
    }),
    { numRuns: 2000, seed: 5 },
  )
})

test('a mean has Hedges’ g beside Cohen’s d', () => {
  const control = { n: 6, mean: 2, m2: 10 }
  const treatment = { n: 5, mean: 4, m2: 12 }
  const size = cohensD(control, treatment)
  if (isNotComputable(size) || isNotComputable(size.confidenceInterval)) throw new Error('a size was expected')
  const effectSize = { name: 'COHENS_D' as const, value: size.cohensD, confidenceInterval: size.confidenceInterval }
  const comparison = { control: arm(6, 12), treatment: arm(5, 20), effectSize } as Comparison
  const [, g] = effectSizesOf('MEAN', comparison)
  expect(g).toMatchObject({ name: 'HEDGES_G' })
  expect(g!.value).toBeCloseTo(size.hedgesG, 14)
  // J(9) is 1 - 3 / (4 * 9 - 1) to three digits.
  expect(g!.confidenceInterval!.lower! / size.confidenceInterval.lower!).toBeCloseTo(1 - 3 / 35, 3)
})
