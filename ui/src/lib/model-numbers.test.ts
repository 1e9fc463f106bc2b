import type { ConfidenceInterval, ModelEstimate } from '@fairlift/sdk'
import { describe, expect, test } from 'vitest'
import { drawable, intervalText, targetTexts, toneOf } from './model-numbers.ts'

function estimateOf(estimate: number, ends: [number | null, number | null] | null): ModelEstimate {
  const interval: ConfidenceInterval | null = ends && {
    ...{ kind: 'INTERVAL', level: 0.95, lower: ends[0], upper: ends[1] },
    ...{ lowerUnbounded: null, upperUnbounded: null, gap: null },
  }
  return { estimate, standardError: 0.01, pValue: null, confidenceInterval: interval }
}

describe('an estimate', () => {
  test('is drawn where it has an interval only', () => {
    const known = estimateOf(0.02, [0.01, 0.03])
    expect(drawable(known)).toEqual({ estimate: 0.02, confidenceInterval: known.confidenceInterval })
    expect(drawable(estimateOf(0.02, null))).toBeNull()
    expect(drawable(null)).toBeNull()
  })

  test('says its interval in the target’s own words, or that there is none', () => {
    const { difference } = targetTexts({ kind: 'CONVERSION', metric: 'conversion', unit: null })
    expect(intervalText(estimateOf(0.02, [0.005, 0.021]), difference)).toBe('+0.50 pp to +2.10 pp')
    expect(intervalText(estimateOf(0.02, null), difference)).toBe('no interval')
  })

  test.each<[string, [number | null, number | null] | null, 'INCREASE' | 'DECREASE', string]>([
    ['above 0 where more is wanted', [0.01, 0.03], 'INCREASE', 'good'],
    ['above 0 where less is wanted', [0.01, 0.03], 'DECREASE', 'bad'],
    ['below 0 where more is wanted', [-0.03, -0.01], 'INCREASE', 'bad'],
    ['below 0 where less is wanted', [-0.03, -0.01], 'DECREASE', 'good'],
    ['above 0 without an end', [0.01, null], 'INCREASE', 'good'],
    ['with 0 in it', [-0.01, 0.03], 'INCREASE', 'unclear'],
    ['that ends at 0', [0, 0.03], 'INCREASE', 'unclear'],
    ['without ends', [null, null], 'INCREASE', 'unclear'],
    ['missing', null, 'INCREASE', 'unclear'],
  ])('%s is judged by its interval alone', (_, ends, goal, tone) => {
    expect(toneOf(estimateOf(0.02, ends), goal)).toBe(tone)
  })

  test('that does not exist is unclear', () => {
    expect(toneOf(null, 'INCREASE')).toBe('unclear')
  })
})

describe('values of a target', () => {
  test('conversions are percents, and their differences points', () => {
    const { value, difference } = targetTexts({ kind: 'CONVERSION', metric: 'conversion', unit: null })
    expect([value(0.1234), difference(-0.01)]).toEqual(['12.3%', '−1.00 pp'])
  })

  test('money has its currency where it is known', () => {
    const euros = targetTexts({ kind: 'REVENUE', metric: 'revenue_per_visitor', unit: 'EUR' })
    expect(euros.value(12.5)).toContain('€')
    const plain = targetTexts({ kind: 'REVENUE', metric: 'revenue_per_visitor', unit: null })
    expect(plain.value(12.5)).toBe('12.50')
  })
})
