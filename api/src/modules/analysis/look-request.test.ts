import { describe, expect, test } from 'vitest'
import type { GroupSequentialLook } from '../../analysis/looks.ts'
import type { AnalysisSettings } from '../../analysis/settings.ts'
import { earlierFractionsOf, type TakenLook } from './look-request.ts'

const look: GroupSequentialLook = {
  kind: 'GROUP_SEQUENTIAL',
  spending: 'POCOCK',
  gamma: null,
  plannedUnits: 1000,
  earlierFractions: [],
  isLast: false,
}
const settings: AnalysisSettings = {
  level: 0.95,
  alternative: 'two-sided',
  correction: 'NONE',
  methods: [],
  segment: null,
  window: { from: null, to: null, daysSinceExposure: null },
}

function taken(informationFraction: number, options: Partial<AnalysisSettings> = {}, metricId = 'a'): TakenLook {
  const row = { informationFraction } as NonNullable<TakenLook['rows'][number]['look']>
  return { settings: { ...settings, looks: look, ...options }, rows: [{ metricId, look: row }] }
}

describe('looks that count before', () => {
  test('those of the same design, each fraction once, rising', () => {
    expect(earlierFractionsOf(look, settings, ['a', 'b'], [taken(0.5), taken(0.2), taken(0.5)])).toEqual([0.2, 0.5])
  })

  test.each([
    ['another spending', taken(0.5, { looks: { ...look, spending: 'OBRIEN_FLEMING' } })],
    ['another level', taken(0.5, { level: 0.99 })],
    ['another direction', taken(0.5, { alternative: 'less' })],
    ['another window', taken(0.5, { window: { ...settings.window, daysSinceExposure: 7 } })],
    ['metrics that are not asked for now', taken(0.5, {}, 'z')],
    ['the last look of an experiment that is over', taken(0.5, { looks: { ...look, isLast: true } })],
    ['a look of no design', taken(0.5, { looks: { kind: 'ALWAYS_VALID', tunedFor: 1000 } })],
  ])('not those of %s', (_what, other) => {
    expect(earlierFractionsOf(look, settings, ['a', 'b'], [other])).toEqual([])
  })
})
