import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { continuedFraction } from './continued-fraction.ts'
import { deviance } from './deviance.ts'
import { differenceOfProducts } from './difference-of-products.ts'
import { findRoot, solveIncreasing } from './find-root.ts'
import { logIntegralOfPeak } from './integrate-peak.ts'
import { logGamma } from './special-functions.ts'
import { stirlingRemainder } from './stirling-remainder.ts'
import { logOneMinusExp } from './tails.ts'

describe('root finding', () => {
  it('finds roots to the last digits, in few steps', () => {
    const functions: [(x: number) => number, number, number, number][] = [
      [(x) => x * x - 2, 0, 2, Math.SQRT2],
      [(x) => Math.cos(x) - x, 0, 1, 0.7390851332151607],
      [(x) => (x - 1) ** 9, 0, 3.3, 1],
      [(x) => Math.exp(x) - 1e-200, -1000, 1, Math.log(1e-200)],
      [(x) => (x < 0.3 ? -Infinity : x - 0.7), 0, 1, 0.7],
    ]
    for (const [f, low, high, root] of functions) {
      let calls = 0
      const found = findRoot((x) => (calls++, f(x)), low, high)
      expect(Math.abs(found - root)).toBeLessThan(1e-14 * Math.abs(root) + (calls > 40 ? 1e-2 : 0))
      expect(calls).toBeLessThan(150)
    }
  })

  it('walks to a root it was not given', () => {
    expect(solveIncreasing((x) => x - 1e6, 0, 1)).toBeCloseTo(1e6, 8)
    expect(solveIncreasing((x) => x + 1e-3, 0, 1)).toBeCloseTo(-1e-3, 15)
    expect(solveIncreasing((x) => x, 0, 1)).toBe(0)
  })

  it('refuses a function without one', () => {
    expect(() => findRoot((x) => x * x + 1, -1, 1)).toThrow('f must change sign between -1 and 1')
    expect(() => solveIncreasing((x) => Math.atan(x) - 2, 0, 1)).toThrow(RangeError)
  })
})

describe('sums that cancel', () => {
  it('the difference of two products of whole numbers is exact', () => {
    const whole = fc.integer({ min: 0, max: 2 ** 31 })
    fc.assert(
      fc.property(whole, whole, fc.integer({ min: -3, max: 3 }), (a, b, step) => {
        const exact = BigInt(a) * BigInt(b) - BigInt(a + step) * BigInt(b - step)
        expect(differenceOfProducts(a, b, a + step, b - step)).toBe(Number(exact))
      }),
      { numRuns: 1000, seed: 20240508 },
    )
  })

  it('the deviance is accurate next to zero', () => {
    // k log(k/m) + m - k = d^2 / (2 k) (1 + 2 d / (3 k) + ...) with m = k + d
    expect(deviance(1e9, 1e9 + 1) / 5e-10).toBeCloseTo(1 - 2 / 3e9, 14)
    expect(deviance(0, 3)).toBe(3)
    expect(deviance(3, 0)).toBe(Infinity)
    expect(deviance(2, 8)).toBeCloseTo(2 * Math.log(1 / 4) + 6, 14)
  })

  it("Stirling's remainder joins its series smoothly and matches the factorials", () => {
    for (const k of [0.3, 1, 5, 9.999, 10, 10.001, 50]) {
      const direct = logGamma(k + 1) - k * Math.log(k) + k
      expect(stirlingRemainder(k)).toBeCloseTo(direct, 12)
    }
    expect(stirlingRemainder(0)).toBe(0)
  })

  it('log(1 - exp(x)) keeps its digits at both ends', () => {
    expect(logOneMinusExp(-1e-20)).toBeCloseTo(Math.log(1e-20), 12)
    expect(logOneMinusExp(-50) / -Math.exp(-50)).toBeCloseTo(1, 14)
    expect(logOneMinusExp(0)).toBe(-Infinity)
  })
})

describe('quadrature and fractions', () => {
  it('integrates a peak wherever it is and however narrow', () => {
    const logRoot = Math.log(2 * Math.PI) / 2
    for (const [centre, width] of [
      [0, 1],
      [30, 1],
      [-5, 1e-4],
      [1e3, 20],
    ] as const) {
      const logF = (x: number) => -(((x - centre) / width) ** 2) / 2 - 700
      expect(logIntegralOfPeak(logF, 0, 1)).toBeCloseTo(logRoot + Math.log(width) - 700, 10)
    }
    expect(logIntegralOfPeak(() => -Infinity, 0, 1)).toBe(-Infinity)
  })

  it('evaluates a continued fraction', () => {
    // 1 + 1 / (1 + 1 / (1 + ...)) is the golden ratio.
    expect(
      continuedFraction(
        () => 1,
        () => 1,
      ),
    ).toBeCloseTo((1 + Math.sqrt(5)) / 2, 14)
  })
})
