import { describe, expect, test } from 'vitest'
import type { ConfidenceInterval } from '../stats/confidence-interval.ts'
import { intervalsOverlap } from './compare-results.ts'

const interval = (lower: number | null, upper: number | null): ConfidenceInterval => ({
  kind: lower === null && upper === null ? 'wholeLine' : 'interval',
  lower,
  upper,
  level: 0.95,
})
const outside = (lower: number, upper: number): ConfidenceInterval => ({
  kind: 'complement',
  lower: null,
  upper: null,
  level: 0.95,
  gap: { lower, upper },
})

describe('intervals overlap', () => {
  const cases: [string, ConfidenceInterval, ConfidenceInterval, boolean][] = [
    ['that share values', interval(0, 2), interval(1, 3), true],
    ['that share an end', interval(0, 1), interval(1, 3), true],
    ['that lie apart: not', interval(0, 1), interval(1.5, 3), false],
    ['of which one has no end', interval(2, null), interval(0, 3), true],
    ['of which one has no end, on the other side: not', interval(4, null), interval(0, 3), false],
    ['of which one is the whole line', interval(null, null), interval(5, 5), true],
    ['of which one lies in the gap of the other: not', outside(-1, 1), interval(-0.5, 0.5), false],
    ['of which one reaches out of the gap of the other', outside(-1, 1), interval(-0.5, 1.5), true],
  ]
  test.each(cases)('%s', (_name, one, other, expected) => {
    expect(intervalsOverlap(one, other)).toBe(expected)
    expect(intervalsOverlap(other, one)).toBe(expected)
  })
})
