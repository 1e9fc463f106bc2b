import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beta } from './beta.ts'
import { binomial } from './binomial.ts'
import { chiSquare } from './chi-square.ts'
import type { ContinuousDistribution, DiscreteDistribution } from './distribution.ts'
import { fisherF } from './fisher-f.ts'
import { gamma } from './gamma.ts'
import { hypergeometric } from './hypergeometric.ts'
import { noncentralT } from './noncentral-t.ts'
import { normal } from './normal.ts'
import { poisson } from './poisson.ts'
import { studentT } from './student-t.ts'

const RUNS = { numRuns: 400, seed: 20240502 }
/** What a tail may be off by itself, and what a quantile may be off by, both relative. */
const TAIL_ERROR = 1e-12
const QUANTILE_ERROR = 2e-13

/** Spread over magnitudes. */
const magnitude = (low: number, high: number) =>
  fc.double({ min: Math.log10(low), max: Math.log10(high), noNaN: true }).map((power) => 10 ** power)
const shape = magnitude(0.1, 1e6)
const probability = fc.oneof(fc.double({ min: 1e-3, max: 0.999, noNaN: true }), magnitude(1e-290, 1e-3))

const continuous: [string, fc.Arbitrary<ContinuousDistribution>][] = [
  ['normal', fc.constant(normal)],
  ['Student t', magnitude(1, 1e9).map(studentT)],
  ['chi-square', shape.map(chiSquare)],
  ['F', fc.tuple(magnitude(2, 1e6), magnitude(2, 1e6)).map(([a, b]) => fisherF(a, b))],
  ['beta', fc.tuple(shape, shape).map(([a, b]) => beta(a, b))],
  ['gamma', fc.tuple(shape, magnitude(1e-6, 1e6)).map(([a, rate]) => gamma(a, rate))],
]

describe.each(continuous)('%s', (_name, distribution) => {
  it('quantiles and tails undo each other, far out too', () => {
    fc.assert(
      fc.property(distribution, probability, (d, p) => {
        const [low, high] = [d.ppf(p), d.isf(p)]
        // Where the quantile is 0, 1 or infinite in doubles, nothing is left to invert.
        if (d.pdf(low) > 0 && low !== 0) expect(Math.abs(d.cdf(low) / p - 1)).toBeLessThan(tolerance(d, low, p))
        if (d.pdf(high) > 0 && d.sf(high) > 0) expect(Math.abs(d.sf(high) / p - 1)).toBeLessThan(tolerance(d, high, p))
      }),
      RUNS,
    )
  })

  it('tails are monotone, add up to 1 and agree with their logarithms', () => {
    fc.assert(
      fc.property(distribution, probability, fc.double({ min: 1, max: 1.5, noNaN: true }), (d, p, factor) => {
        const x = d.ppf(p)
        const further = x + Math.abs(x) * (factor - 1)
        expect(d.cdf(further)).toBeGreaterThanOrEqual(d.cdf(x) * (1 - 1e-12))
        expect(d.sf(further)).toBeLessThanOrEqual(d.sf(x) * (1 + 1e-12))
        expect(d.cdf(x) + d.sf(x)).toBeCloseTo(1, 13)
        if (d.cdf(x) > 1e-290) expect(Math.abs(d.logCdf(x) - Math.log(d.cdf(x)))).toBeLessThan(1e-12)
        if (d.sf(x) > 1e-290) expect(Math.abs(d.logSf(x) - Math.log(d.sf(x)))).toBeLessThan(1e-12)
      }),
      RUNS,
    )
  })

  it('the density is the slope of the distribution function', () => {
    fc.assert(
      fc.property(distribution, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (d, p) => {
        const x = d.ppf(p)
        const h = 1e-4 * (d.isf(0.25) - d.ppf(0.25))
        const slope = (d.cdf(x + h) - d.cdf(x - h)) / (2 * h)
        // Not where the density itself rises to infinity within a few steps.
        fc.pre(d.cdf(x - 50 * h) > 0 && d.sf(x + 50 * h) > 0)
        expect(slope / d.pdf(x)).toBeCloseTo(1, 3)
      }),
      RUNS,
    )
  })

  it('a probability that is none is refused', () => {
    const [d] = fc.sample(distribution, { numRuns: 1, seed: 1 })
    for (const p of [-0.1, 1.1, NaN]) expect(() => d!.ppf(p)).toThrow(RangeError)
  })
})

/** An error of the quantile moves the tail by its slope, which far out is steep. */
function tolerance(d: ContinuousDistribution, x: number, p: number): number {
  return TAIL_ERROR + QUANTILE_ERROR * Math.abs(x) * (d.pdf(x) / p)
}

const discrete: [string, () => DiscreteDistribution, number][] = [
  ['binomial', () => binomial(40, 0.3), 40],
  ['hypergeometric', () => hypergeometric(60, 25, 40), 40],
  ['Poisson', () => poisson(7.5), 120],
]

describe.each(discrete)('%s', (_name, make, most) => {
  const d = make()
  const support = Array.from({ length: most + 1 }, (_, k) => k)

  it('probabilities add up to the distribution function', () => {
    let sum = 0
    for (const k of support) {
      sum += d.pmf(k)
      expect(d.cdf(k)).toBeCloseTo(sum, 13)
      expect(d.sf(k)).toBeCloseTo(1 - sum, 13)
    }
  })

  it('upper tails keep their relative accuracy', () => {
    let tail = 0
    for (const k of support.toReversed()) {
      // What lies beyond the list is missing in the sum: judge where that is nothing.
      if (k < 60 && tail > 0) expect(d.sf(k) / tail).toBeCloseTo(1, 11)
      tail += d.pmf(k)
    }
  })

  it('the quantile is the first value that reaches the probability', () => {
    for (const p of [1e-9, 0.025, 0.3, 0.5, 0.975, 0.999]) {
      const k = d.ppf(p)
      expect(d.cdf(k)).toBeGreaterThanOrEqual(p)
      expect(d.cdf(k - 1)).toBeLessThan(p)
    }
  })

  it('between whole numbers nothing happens', () => {
    expect(d.pmf(3.5)).toBe(0)
    expect(d.cdf(3.5)).toBe(d.cdf(3))
    expect([d.cdf(-1), d.sf(-1), d.pmf(-1)]).toEqual([0, 1, 0])
  })
})

describe('Student t', () => {
  it('is symmetric', () => {
    const t = studentT(4.3)
    expect(t.cdf(-1.7)).toBe(t.sf(1.7))
    expect(t.ppf(0.01)).toBe(-t.isf(0.01))
    expect(Object.is(t.ppf(0.5), 0)).toBe(true)
  })

  it('with one degree of freedom is the Cauchy distribution, out to where t^2 overflows', () => {
    expect(studentT(1).sf(1e200) * Math.PI * 1e200).toBeCloseTo(1, 12)
    expect(studentT(1).isf(1e-250) * Math.PI * 1e-250).toBeCloseTo(1, 12)
  })

  it('tends to the normal distribution', () => {
    expect(studentT(1e15).sf(3) / normal.sf(3)).toBeCloseTo(1, 12)
  })
})

describe('noncentral t', () => {
  it('without noncentrality is Student t, in both tails', () => {
    for (const t of [-40, -2.5, -0.3, 0, 0.7, 3, 60]) {
      expect(noncentralT(7, 0).sf(t) / studentT(7).sf(t)).toBeCloseTo(1, 11)
      expect(noncentralT(7, 0).cdf(t) / studentT(7).cdf(t)).toBeCloseTo(1, 11)
    }
  })

  it('tails add up to 1 whatever the size of its parameters', () => {
    for (const [df, ncp, t] of [
      [1, 5, 1e10],
      [3, 1e4, 9e3],
      [1e9, 3, 2],
      [0.5, 1, 2],
      [2, -800, -790],
    ] as const) {
      const { cdf, sf } = noncentralT(df, ncp)
      expect(cdf(t) + sf(t)).toBeCloseTo(1, 10)
    }
  })

  it('falls with the noncentrality', () => {
    const tails = [-3, -1, 0, 0.5, 2, 8, 20].map((ncp) => noncentralT(12, ncp).cdf(1.5))
    expect(tails).toEqual(tails.toSorted((a, b) => b - a))
  })
})

describe('parameters outside their domain', () => {
  it.each([
    ['degreesOfFreedom must be a positive number, got 0', () => studentT(0)],
    ['degreesOfFreedom must be a positive number, got NaN', () => chiSquare(NaN)],
    ['a must be a positive number, got -1', () => beta(-1, 2)],
    ['p must be in [0, 1], got 1.2', () => binomial(3, 1.2)],
    ['n must be a whole number of at least 0, got 2.5', () => binomial(2.5, 0.5)],
    ['marked must be at most 5, got 6', () => hypergeometric(5, 6, 2)],
    ['mean must be a positive number, got 0', () => poisson(0)],
    ['noncentrality must be a finite number, got Infinity', () => noncentralT(3, Infinity)],
  ])('%s', (message, make) => expect(make).toThrow(new RangeError(message)))

  it('an argument that is no number is refused rather than answered with NaN', () => {
    for (const d of [normal, studentT(3), beta(2, 3), gamma(2), chiSquare(2), fisherF(2, 3), noncentralT(3, 1)]) {
      expect(() => d.sf(NaN)).toThrow(RangeError)
      expect(() => d.logCdf(NaN)).toThrow(RangeError)
    }
  })
})
