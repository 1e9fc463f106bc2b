import { describe, expect, it } from 'vitest'
import { detectableEffect } from './detectable-effect.ts'
import { tTestDetectableEffect, tTestPower } from './t-test-power.ts'
import { zTestDetectableEffect } from './z-test-power.ts'

describe('the least effect that a test finds', () => {
  it('is that of the t and z tests with the same standard error', () => {
    for (const n of [5, 20, 100, 240, 260, 5000]) {
      const standardError = 3 * Math.sqrt(2 / n)
      const exact = tTestDetectableEffect(n, 3, 0.8)
      const found = detectableEffect(standardError, 0.8, { degreesOfFreedom: 2 * n - 2 })
      expect(Math.abs(found / exact - 1)).toBeLessThan(n >= 251 ? 1e-4 : 1e-9)
      expect(detectableEffect(standardError, 0.9, { alpha: 0.01, sides: 1 })).toBeCloseTo(
        zTestDetectableEffect(n, 3, 0.9, { alpha: 0.01, sides: 1 }),
        12,
      )
    }
  })

  it('is found with the power it is told for', () => {
    const effect = detectableEffect(2 * Math.sqrt(2 / 30), 0.8, { degreesOfFreedom: 58 })
    expect(tTestPower(30, effect, 2)).toBeCloseTo(0.8, 9)
  })

  it('refuses what is no standard error or no aim', () => {
    expect(() => detectableEffect(0, 0.8)).toThrow(RangeError)
    expect(() => detectableEffect(1, 0.01)).toThrow(RangeError)
  })
})
