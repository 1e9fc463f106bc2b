import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SpendingFunction } from './alpha-spending.ts'
import { confidenceSequence } from './confidence-sequence.ts'
import { excludesZero } from './confidence-interval.ts'
import { groupSequentialBounds } from './group-sequential-bounds.ts'
import { alwaysValidCalibration, groupSequentialCalibration, type LookCalibration } from './look-calibration.ts'
import { normal } from './distributions/normal.ts'
import { isNotComputable } from './not-computable.ts'
import { waldTest } from './wald-test.ts'

const spendings: [string, SpendingFunction][] = [
  ['O’Brien-Fleming', { kind: 'obrienFleming' }],
  ['Pocock', { kind: 'pocock' }],
  ['gamma -4', { kind: 'hwangShihDeCani', gamma: -4 }],
  ['gamma 3', { kind: 'hwangShihDeCani', gamma: 3 }],
]
const designs = [[0.3], [0.1, 0.4], [0.2, 0.4, 0.6, 0.8, 1], [0.5, 0.501], [0.7, 1.1]]
const cases = spendings.flatMap(([name, spending]) =>
  designs.flatMap((fractions) => ([1, 2] as const).map((sides) => [name, fractions, sides, spending] as const)),
)

describe.each(cases)('%s at %j, %i-sided', (_name, fractions, sides, spending) => {
  const look = groupSequentialCalibration([...fractions], { spending, sides, alpha: 0.05 })
  const boundAt = (alpha: number) => groupSequentialBounds([...fractions], { spending, sides, alpha }).at(-1)!

  it('has the bound of the design, and near enough those of other errors', () => {
    expect(look.nominalAlpha(0.05) / boundAt(0.05).nominalAlpha).toBeCloseTo(1, 12)
    for (const alpha of [0.3, 0.2, 0.07, 0.0123, 0.005, 0.05 / 60, 1e-4]) {
      expect(Math.abs(look.nominalAlpha(alpha) / boundAt(alpha).nominalAlpha - 1)).toBeLessThan(1e-3)
    }
  })

  it('p-values and errors undo each other, far out too', () => {
    for (const alpha of [0.3, 0.05, 0.01, 1e-4, 1e-9]) {
      const pValue = look.nominalAlpha(alpha)
      if (pValue === 0) continue
      expect(look.pValue({ pValue, log10PValue: Math.log10(pValue) }).pValue / alpha).toBeCloseTo(1, 9)
    }
    const least = look.pValue({ pValue: 0, log10PValue: -5000 })
    expect(least.log10PValue).toBeLessThan(-300)
    expect(Number.isFinite(least.log10PValue)).toBe(true)
    expect(look.pValue({ pValue: 1, log10PValue: 0 })).toEqual({ pValue: 1, log10PValue: 0 })
  })

  it('smaller p-values stay smaller', () => {
    let before = 1
    for (let z = 0; z < 30; z += 0.37) {
      const { pValue } = look.pValue({ pValue: sides * normal.sf(z), log10PValue: 0 })
      expect(pValue).toBeLessThanOrEqual(before)
      before = pValue
    }
  })
})

it('the p-values of all looks together are below alpha as often as alpha says', () => {
  // The least p-value over the looks is below alpha exactly when some bound of the design at alpha is crossed.
  const fractions = [0.25, 0.5, 0.75, 1]
  const options = { spending: { kind: 'pocock' }, alpha: 0.05 } as const
  const bounds = groupSequentialBounds(fractions, options)
  fractions.forEach((_, k) => {
    const look = groupSequentialCalibration(fractions.slice(0, k + 1), options)
    const critical = bounds[k]!.criticalValue!
    for (const z of [critical * 0.999, critical * 1.001]) {
      const p = look.pValue({ pValue: 2 * normal.sf(z), log10PValue: 0 }).pValue
      expect(p < 0.05).toBe(z > critical)
    }
  })
})

it('a look with nothing left to spend finds nothing', () => {
  const look = groupSequentialCalibration([0.5, 1, 1.2], { spending: { kind: 'obrienFleming' } })
  expect(look.nominalAlpha(0.05)).toBe(0)
  expect(look.pValue({ pValue: 0, log10PValue: -400 })).toEqual({ pValue: 1, log10PValue: 0 })
})

it('an experiment that ended early spends all that is left', () => {
  const options = { spending: { kind: 'obrienFleming' }, spendAllAtLast: true } as const
  const ended = groupSequentialBounds([0.4, 0.7], options)
  expect(ended[1]!.spentAlpha).toBe(0.05)
  expect(ended[1]!.nominalAlpha).toBeGreaterThan(
    groupSequentialBounds([0.4, 0.7], { ...options, spendAllAtLast: false })[1]!.nominalAlpha,
  )
})

describe('always valid', () => {
  const calibration = (n: number): LookCalibration =>
    alwaysValidCalibration(n, 'two-sided', { tunedFor: 5000, alpha: 0.05 })

  it('a test at the nominal error has the interval and the p-value of the confidence sequence', () => {
    fc.assert(
      fc.property(fc.double({ min: -8, max: 8, noNaN: true }), fc.integer({ min: 50, max: 1e8 }), (z, n) => {
        const look = calibration(n)
        const test = waldTest('z', z, 1, { alpha: look.nominalAlpha(0.05) })
        const sequence = confidenceSequence(z, 1, n, { tunedFor: 5000 })
        if (isNotComputable(test) || isNotComputable(sequence)) throw new Error('not computable')
        expect(test.confidenceInterval.upper! / sequence.confidenceInterval.upper!).toBeCloseTo(1, 9)
        expect(look.pValue(test).pValue / sequence.pValue).toBeCloseTo(1, 9)
        expect(excludesZero(test.confidenceInterval)).toBe(look.pValue(test).pValue < 0.05)
        expect(test.confidenceInterval.level).toBe(0.95)
      }),
      { numRuns: 500, seed: 20240610 },
    )
  })

  it('without users nothing is found', () => {
    expect(calibration(0).nominalAlpha(0.05)).toBe(0)
  })
})
