import { describe, expect, it } from 'vitest'
import { behaviourOf } from './behaviour.ts'
import { type GeneratorOptions, resolveOptions } from './options.ts'

describe('resolveOptions', () => {
  it('fills in the defaults', () => {
    const settings = resolveOptions({ events: 1000 })
    expect(settings.variantNames).toEqual(['control', 'treatment'])
    expect(settings.variantShares).toEqual([0.5, 0.5])
    expect(settings.conversionLifts).toEqual([0, 0.15])
    expect(new Date(settings.startMs).toISOString()).toBe('2026-06-01T00:00:00.000Z')
    expect(new Date(settings.endMs).toISOString()).toBe('2026-06-29T00:00:00.000Z')
  })

  it('takes shares as relative to each other, and one lift for each treatment', () => {
    const variants = ['a', 'b', 'c'].map((name, i) => ({ name, share: i === 0 ? 2 : 1 }))
    const settings = resolveOptions({ events: 1000, variants, liftConversion: [0.1, -0.2], liftOrderValue: 0 })
    expect(settings.variantShares).toEqual([0.5, 0.25, 0.25])
    expect(settings.conversionLifts).toEqual([0, 0.1, -0.2])
    expect(settings.orderValueLifts).toEqual([0, 0, 0])
  })

  it.each<[string, Partial<GeneratorOptions>, string]>([
    ['no whole number of events', { events: 1.5 }, 'events must be a whole number, got 1.5'],
    ['too few events', { events: 0 }, 'events must be a number from 1 to 4000000000, got 0'],
    ['a share above its range', { bots: 2 }, 'bots must be a number from 0 to 0.5, got 2'],
    ['a share that is no number', { duplicates: Number.NaN }, 'duplicates must be a number from 0 to 0.5, got NaN'],
    ['a day that is not in the calendar', { start: '2026-02-30' }, 'start must be a day of the calendar as YYYY-MM-DD'],
    ['no variants', { variants: [] }, 'variants must name at least one variant'],
    ['a variant twice', { variants: [{ name: 'a', share: 1 }, { name: 'a', share: 1 }] }, "got 'a' twice"], // prettier-ignore
    [
      'a variant without share',
      { variants: [{ name: 'a', share: 0 }] },
      "variants must have shares above 0, got 0 for 'a'",
    ],
    ['a name that would need quotes', { experimentId: 'a,b' }, "got 'a,b'"],
    [
      'a lift too many',
      { liftConversion: [0.1, 0.2] },
      'liftConversion must be one number, or one for each of 1 treatments',
    ],
  ])('refuses %s', (_what, wrong, message) => {
    expect(() => resolveOptions({ events: 1000, ...wrong })).toThrow(message)
  })
})

describe('behaviourOf', () => {
  it('refuses a lift that would need probabilities above 1', () => {
    const settings = resolveOptions({ events: 1000, baseConversion: 0.6, liftConversion: 1 })
    expect(() => behaviourOf(settings)).toThrow('liftConversion 1 leaves no valid probability')
  })
})
