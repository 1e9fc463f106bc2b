import { describe, expect, test } from 'vitest'
import { sharesOf, sharesProblem } from './traffic-shares.ts'

describe('sharesProblem', () => {
  test('percentages that sum to 100, or were meant to, are fine', () => {
    expect(sharesProblem([90, 10])).toBeNull()
    expect(sharesProblem([33.3, 33.3, 33.3])).toBeNull()
  })

  test('others are told with their sum', () => {
    expect(sharesProblem([50, 40])).toBe('The shares sum to 90%, not to 100%.')
  })

  test('so is what is no share', () => {
    const message = 'Each share is a number from 0 to 100.'
    for (const shares of [
      [null, 100],
      [-1, 101],
      [Number.NaN, 50],
    ])
      expect(sharesProblem(shares)).toBe(message)
  })
})

test('shares sum to one exactly enough for the server', () => {
  expect(sharesOf([33.3, 33.3, 33.3]).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12)
})
