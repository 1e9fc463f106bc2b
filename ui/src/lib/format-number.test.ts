import { describe, expect, test } from 'vitest'
import {
  bytes,
  bytesOf,
  confidence,
  count,
  metricDifference,
  metricValue,
  percent,
  pStatement,
  probability,
  signedPercent,
} from './format-number.ts'

describe('percent', () => {
  test('has as many digits as it takes to show something', () => {
    expect([0.5, 0.0057, 0.00012, 0].map((share) => percent(share))).toEqual(['50.0%', '0.57%', '0.012%', '0.0%'])
  })
})

describe('signedPercent', () => {
  test('says the direction, and nothing of zero', () => {
    expect([0.197, -0.04, 0, 12.3].map(signedPercent)).toEqual(['+19.7%', '−4.0%', '0.0%', '+1,230%'])
  })
})

describe('metricValue', () => {
  test('shares that are compared have equally many digits', () => {
    const text = metricValue('PERCENT', null, [0.0057, 0.0125])
    expect([text(0.0057), text(0.0125)]).toEqual(['0.57%', '1.25%'])
  })

  test('money has the currency of the experiment; without one it is a number', () => {
    expect(metricValue('CURRENCY', 'EUR')(-17.354)).toBe('−€17.35')
    expect(metricValue('CURRENCY', null)(17.354)).toBe('17.35')
  })

  test('small numbers keep their digits', () => {
    expect(metricValue('NUMBER', null)(0.00123456)).toBe('0.00123')
  })
})

describe('metricDifference', () => {
  test('of shares is in percentage points', () => {
    expect(metricDifference('PERCENT', null)(0.0477)).toBe('+4.77 pp')
    expect(metricDifference('PERCENT', null)(-0.0004)).toBe('−0.040 pp')
  })

  test('of money is money', () => {
    expect(metricDifference('CURRENCY', 'USD')(2.5)).toBe('+$2.50')
  })
})

test('a p-value as a statement has one sign of relation', () => {
  expect([0.02, 1e-9].map(pStatement)).toEqual(['p = 0.02', 'p < 0.0001'])
})

test('a confidence level is not rounded to certainty', () => {
  expect([0.95, 0.999].map(confidence)).toEqual(['95%', '99.9%'])
})

describe('probability', () => {
  test('never says that something is impossible or certain', () => {
    expect([1e-300, 0.00005, 0.0018, 0.92, 0.99999].map(probability)).toEqual([
      '< 0.0001',
      '< 0.0001',
      '0.0018',
      '0.92',
      '> 0.9999',
    ])
  })
})

test('counts agree with their noun', () => {
  expect([count(1, 'row'), count(20_081, 'row'), count(0, 'row was', 'rows were')]).toEqual([
    '1 row',
    '20,081 rows',
    '0 rows were',
  ])
})

test('a part of a size is in the unit of the whole', () => {
  expect(bytesOf(210_000_000, 623_400_000)).toBe('210 of 623.4 MB')
  expect(bytesOf(0, 2_500_000_000)).toBe('0 of 2.5 GB')
  expect(bytesOf(500, 999)).toBe('500 of 999 bytes')
})

test('sizes have the largest unit that fits', () => {
  expect([999, 1_000, 1_335_000].map(bytes)).toEqual(['999 bytes', '1 kB', '1.3 MB'])
})
