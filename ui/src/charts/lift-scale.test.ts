import type { ConfidenceInterval, Effect } from '@fairlift/sdk'
import { describe, expect, test } from 'vitest'
import { liftScale, stretchesOf } from './lift-scale.ts'

function effect(estimate: number | null, interval: Partial<ConfidenceInterval>): Effect {
  const confidenceInterval: ConfidenceInterval = {
    kind: 'INTERVAL',
    level: 0.95,
    lower: null,
    upper: null,
    lowerUnbounded: null,
    upperUnbounded: null,
    gap: null,
    ...interval,
  }
  return { estimate, standardError: null, confidenceInterval }
}

describe('liftScale', () => {
  test('holds every end and zero, though all lie on one side of it', () => {
    const scale = liftScale([effect(0.2, { lower: 0.1, upper: 0.3 })])
    expect(scale.lower).toBeLessThan(0)
    expect(scale.upper).toBeGreaterThan(0.3)
    expect(scale.ticks).toContain(0)
  })

  test('is drawn to a round range when there is nothing to show', () => {
    const scale = liftScale([null])
    expect([scale.lower, scale.upper, scale.at(0)]).toEqual([-0.1, 0.1, 50])
  })

  test('one wide interval does not flatten the others', () => {
    const narrow = effect(0.02, { lower: -0.01, upper: 0.05 })
    const scale = liftScale([narrow, narrow, effect(3, { lower: 0.5, upper: 90 })])
    expect(scale.upper).toBeLessThan(4)
  })

  test('no estimate lies beyond it', () => {
    const usual = effect(0.01, { lower: -0.02, upper: 0.04 })
    expect(liftScale([usual, usual, effect(11.8, { lower: 4.5, upper: 460 })]).upper).toBeGreaterThan(11.8)
  })
})

describe('stretchesOf', () => {
  const scale = liftScale([effect(0.1, { lower: -0.1, upper: 0.3 })])
  const stretches = (interval: Partial<ConfidenceInterval>) =>
    stretchesOf(effect(0, interval).confidenceInterval, scale)

  test('an interval lies where its ends are', () => {
    expect(stretches({ lower: -0.1, upper: 0.3 })).toEqual([
      { from: scale.at(-0.1), to: scale.at(0.3), opensLeft: false, opensRight: false },
    ])
  })

  test('a side without end, or beyond the plot, is open', () => {
    expect(stretches({ lower: 0, upper: null })[0]).toMatchObject({ to: 100, opensLeft: false, opensRight: true })
    expect(stretches({ lower: -9, upper: 0 })[0]).toMatchObject({ from: 0, opensLeft: true, opensRight: false })
  })

  test('around a gap there are two pieces that go on outwards', () => {
    const gap = { lower: -0.05, upper: 0.2 }
    expect(stretches({ kind: 'COMPLEMENT', gap })).toEqual([
      { from: 0, to: scale.at(-0.05), opensLeft: true, opensRight: false },
      { from: scale.at(0.2), to: 100, opensLeft: false, opensRight: true },
    ])
  })

  test('the whole line goes from edge to edge', () => {
    expect(stretches({ kind: 'WHOLE_LINE' })).toEqual([{ from: 0, to: 100, opensLeft: true, opensRight: true }])
  })
})
