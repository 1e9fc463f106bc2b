import type { ConfidenceInterval } from '@fairlift/sdk'
import { describe, expect, test } from 'vitest'
import { intervalCaveat, shortInterval } from './describe-interval.ts'
import { signedPercent } from './format-number.ts'

const bounded: ConfidenceInterval = {
  kind: 'INTERVAL',
  level: 0.95,
  lower: 0.069,
  upper: 0.341,
  lowerUnbounded: null,
  upperUnbounded: null,
  gap: null,
}
const short = (interval: Partial<ConfidenceInterval>): string =>
  shortInterval({ ...bounded, ...interval }, signedPercent)

describe('shortInterval', () => {
  test('names both ends, or the one there is', () => {
    expect(short({})).toBe('+6.9% to +34.1%')
    expect(short({ upper: null })).toBe('+6.9% or more')
    expect(short({ lower: null })).toBe('up to +34.1%')
  })

  test('of two pieces it names what lies between them', () => {
    const gap = { lower: -0.2, upper: 0.1 }
    expect(short({ kind: 'COMPLEMENT', lower: null, upper: null, gap })).toBe('not between −20.0% and +10.0%')
  })

  test('that leaves nothing out says so', () => {
    expect(short({ kind: 'WHOLE_LINE', lower: null, upper: null })).toBe('any size is possible')
  })
})

describe('intervalCaveat', () => {
  test('there is none for the usual interval', () => {
    expect(intervalCaveat(bounded)).toBeNull()
  })

  test('an open side is given its reason', () => {
    expect(intervalCaveat({ ...bounded, upper: null, upperUnbounded: 'NO_CONTROL_SUCCESSES' })).toBe(
      'There is no upper end: nobody in the control did it, so a change in percent may be of any size.',
    )
  })

  test('so are two pieces, and the whole line', () => {
    expect(intervalCaveat({ ...bounded, kind: 'COMPLEMENT' })).toContain('gap')
    expect(intervalCaveat({ ...bounded, kind: 'WHOLE_LINE' })).toContain('ruled out')
  })
})
