import { describe, expect, test } from 'vitest'
import { FeatureError, MAX_CELLS } from './feature-error.ts'
import type { LevelledUnits } from './feature-levels.ts'
import { groupUnits } from './group-units.ts'

function levelled(name: string, levels: Int16Array, count: number, kind: 'CATEGORICAL' | 'BINNED'): LevelledUnits {
  const names = Array.from({ length: count }, (_, level) => `${name}-${level}`)
  const source = { kind: 'OTHER' as const, name, isRecordedAfterExposure: false }
  const rest = { reference: null, missing: null, other: null, edges: [], source, distinctValues: count }
  return { feature: { name, kind, levels: names, ...rest }, levels, numbers: null }
}

const none = (length: number) => ({ variants: new Uint8Array(length), folds: new Int16Array(length) })

describe('groups of units', () => {
  test('are those of equal keys, in the order of variant, levels and fold, whichever unit comes first', () => {
    const variants = Uint8Array.of(1, 0, 1, 0, 1)
    const folds = Int16Array.of(0, 1, 0, -1, 1)
    const levels = Int16Array.of(2, 0, 2, 0, 0)
    const { count, groups, examples } = groupUnits(variants, folds, 2, [levelled('a', levels, 3, 'CATEGORICAL')])
    expect(count).toBe(4)
    expect([...groups]).toEqual([3, 1, 3, 0, 2])
    expect([...examples]).toEqual([3, 1, 4, 0])
  })

  test('may be as many as the bound; one more is refused, with the feature to drop or to give fewer ranges', () => {
    const make = (units: number) => {
      const wide = Int16Array.from({ length: units }, (_, unit) => unit % 500)
      const narrow = Int16Array.from({ length: units }, (_, unit) => Math.floor(unit / 500))
      const { variants, folds } = none(units)
      return groupUnits(variants, folds, 2, [
        levelled('narrow', narrow, 401, 'CATEGORICAL'),
        levelled('wide', wide, 500, 'BINNED'),
      ])
    }
    expect(make(MAX_CELLS).count).toBe(MAX_CELLS)
    expect(() => make(MAX_CELLS + 1)).toThrow(FeatureError)
    expect(() => make(MAX_CELLS + 1)).toThrow(
      'The features split the users into more than 200,000 groups: "wide" (500 levels), "narrow" (401 levels). Drop "wide", or give it fewer ranges (bins: 250).',
    )
  })

  test('need memory for those that there are, not for all that could be', () => {
    const units = 1000
    const { variants, folds } = none(units)
    const features = Array.from({ length: 20 }, (_, index) =>
      levelled(
        `f${index}`,
        Int16Array.from({ length: units }, (_, unit) => unit % 200),
        200,
        'CATEGORICAL',
      ),
    )
    expect(groupUnits(variants, folds, 20, features).count).toBe(200)
  })
})
