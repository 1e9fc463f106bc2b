import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { benjaminiHochberg } from './benjamini-hochberg.ts'
import { benjaminiYekutieli } from './benjamini-yekutieli.ts'
import { bonferroni, bonferroniLevel } from './bonferroni.ts'
import { excludesZero } from './confidence-interval.ts'
import { falseCoverageRateLevel } from './false-coverage-rate.ts'
import { hochberg } from './hochberg.ts'
import { holm } from './holm.ts'
import { alphaOf } from './inference-options.ts'
import { isNotComputable } from './not-computable.ts'
import { waldTest } from './wald-test.ts'

const RUNS = { numRuns: 500, seed: 20240507 }
const ALL = { bonferroni, holm, hochberg, benjaminiHochberg, benjaminiYekutieli }
const pValues = fc.array(
  fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 0.01, noNaN: true })),
  {
    maxLength: 30,
  },
)

describe.each(Object.entries(ALL))('%s', (_name, adjust) => {
  it('never lowers a p-value, keeps their order, and does not depend on the order they come in', () => {
    fc.assert(
      fc.property(pValues, (p) => {
        const adjusted = adjust(p)
        adjusted.forEach((q, i) => {
          expect(q).toBeGreaterThanOrEqual(p[i]! * (1 - 1e-15))
          expect(q).toBeLessThanOrEqual(1)
          adjusted.forEach((other, j) => {
            if (p[i]! < p[j]!) expect(q).toBeLessThanOrEqual(other)
            if (p[i] === p[j]) expect(q).toBe(other)
          })
        })
        expect(adjust(p.toReversed())).toEqual(adjusted.toReversed())
      }),
      RUNS,
    )
  })

  it('leaves one test and no test alone', () => {
    expect(adjust([0.03])).toEqual([0.03])
    expect(adjust([])).toEqual([])
  })

  it('refuses what is no p-value', () => {
    expect(() => adjust([0.1, 1.5])).toThrow(new RangeError('p-values must be in [0, 1], got 1.5'))
    expect(() => adjust([NaN])).toThrow(RangeError)
  })
})

describe('adjustments among each other', () => {
  it('Bonferroni is the strictest, then Holm, then Hochberg, then Benjamini and Hochberg', () => {
    fc.assert(
      fc.property(pValues, (p) => {
        const [b, h, ho, bh] = [bonferroni(p), holm(p), hochberg(p), benjaminiHochberg(p)]
        p.forEach((_, i) => {
          const slack = 1 + 1e-14
          expect(h[i]!).toBeLessThanOrEqual(b[i]! * slack)
          expect(ho[i]!).toBeLessThanOrEqual(h[i]! * slack)
          expect(bh[i]!).toBeLessThanOrEqual(ho[i]! * slack)
        })
      }),
      RUNS,
    )
  })
})

describe('intervals after selection', () => {
  it('exclude zero for the effects that Benjamini and Hochberg selected, and for no other', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: 1, maxLength: 15 }), (effects) => {
        const tests = effects.map((effect) => waldTest('z', effect, 1)).filter((test) => !isNotComputable(test))
        const adjusted = benjaminiHochberg(tests.map(({ pValue }) => pValue))
        const selected = adjusted.filter((q) => q < 0.05).length
        const level = falseCoverageRateLevel({ level: 0.95, selected, familySize: tests.length })
        tests.forEach(({ estimate, standardError }, i) => {
          const again = waldTest('z', estimate, standardError, { level })
          if (isNotComputable(again)) return
          expect(excludesZero(again.confidenceInterval)).toBe(adjusted[i]! < 0.05)
        })
      }),
      RUNS,
    )
  })

  it('levels follow the family', () => {
    expect(alphaOf(bonferroniLevel(0.95, 4))).toBeCloseTo(0.0125, 14)
    expect(falseCoverageRateLevel({ level: 0.9, selected: 10, familySize: 10 })).toBeCloseTo(0.9, 14)
    expect(falseCoverageRateLevel({ level: 0.9, selected: 0, familySize: 10 })).toBeCloseTo(0.99, 14)
    expect(() => falseCoverageRateLevel({ level: 0.9, selected: 11, familySize: 10 })).toThrow(RangeError)
    expect(() => bonferroniLevel(0.9, 0)).toThrow(RangeError)
    expect(() => bonferroniLevel(1, 2)).toThrow('level must be in (0, 1), got 1')
  })
})

describe('alpha', () => {
  it('is the decimal that a level means', () => {
    for (const [level, alpha] of [
      [0.95, 0.05],
      [0.9, 0.1],
      [0.99, 0.01],
      [0.999, 0.001],
      [0.8, 0.2],
    ] as const) {
      expect(alphaOf(level)).toBe(alpha)
    }
    expect(alphaOf(1 - 2 ** -53)).toBe(2 ** -53)
  })
})
