import type { Analysis } from '@fairlift/sdk'
import { describe, expect, test } from 'vitest'
import { describeSettings, settingsInBrief } from './describe-settings.ts'

const usual: Analysis['settings'] = {
  level: 0.95,
  alternative: 'TWO_SIDED',
  correction: 'BENJAMINI_HOCHBERG',
  correctionFamily: 'ALL_METRICS',
  decision: { minimumLift: 0.05, guardrailMargins: [], horizonDays: 365 },
  from: null,
  to: null,
  daysSinceExposure: null,
  timeseries: false,
  methods: [],
  looks: {
    kind: 'FIXED',
    spending: null,
    gamma: null,
    plannedUnits: null,
    earlierFractions: null,
    isLast: null,
    tunedFor: null,
  },
  segmentBy: null,
  segmentTop: null,
  varianceReduction: null,
  winsorization: null,
  bayesian: null,
  liftInterval: 'DEFAULT',
}
const said = (settings: Partial<Analysis['settings']>): Record<string, string> =>
  Object.fromEntries(describeSettings({ ...usual, ...settings }).map(({ name, value }) => [name, value]))

describe('describeSettings', () => {
  test('tells what is usual where it changes what a p-value means, and nothing that was not asked for', () => {
    expect(said({})).toEqual({
      Tested: 'both directions, at 95% confidence',
      'Several tests': 'Benjamini–Hochberg, all metrics together; segments apart',
      'Early looks': 'not allowed for: one look, at the planned end',
      Decision: 'a lift of 5% matters',
    })
  })

  test('names the correction that was chosen, and its family', () => {
    expect(said({ correction: 'HOLM', correctionFamily: 'PRIMARY_METRICS' })['Several tests']).toBe(
      'Holm, primary and other metrics apart; segments apart',
    )
    expect(said({ correction: 'NONE' })['Several tests']).toBe('not adjusted')
  })

  test('tells the design of the looks', () => {
    const looks = { ...usual.looks, kind: 'GROUP_SEQUENTIAL', spending: 'OBRIEN_FLEMING', plannedUnits: 4000 } as const
    expect(said({ looks: { ...looks, earlierFractions: [0.25] } })['Early looks']).toBe(
      'group-sequential, O’Brien–Fleming, look 2 of a design for 4,000 users',
    )
    expect(said({ looks: { ...usual.looks, kind: 'ALWAYS_VALID', tunedFor: 10_000 } })['Early looks']).toContain(
      'at any time, intervals narrowest at 10,000 users',
    )
  })

  test('tells what was done to the values, and what was believed', () => {
    const all = said({
      methods: [{ metric: 'revenue', method: 'MANN_WHITNEY' }],
      varianceReduction: { kind: 'CUPED', covariates: null },
      winsorization: { upperPercentile: 0.99, lowerPercentile: null, cap: null },
      bayesian: { liftPrior: null, ratePrior: { alpha: 1, beta: 1 } },
      decision: { minimumLift: 0.02, guardrailMargins: [{ metric: 'returns', margin: 0.01 }], horizonDays: 365 },
    })
    expect(all['Method of revenue']).toBe('Mann–Whitney rank test, by choice')
    expect(all['Less noise']).toContain('each metric’s own value')
    expect(all['Extreme values']).toBe('values above the 99% point are cut, at the same height in every variant')
    expect(all['Belief before the data']).toBe('any lift alike; rates Beta(1, 1)')
    expect(all.Decision).toBe('a lift of 2% matters; returns may get worse by 1%')
  })
})

describe('settingsInBrief', () => {
  const window = { startAt: '2026-06-01T00:00:00.000Z', endAt: null }
  const standard = { ...usual, from: window.startAt }

  test('says nothing of the standard analysis, and what another one does differently', () => {
    expect(settingsInBrief(standard, window)).toBeNull()
    expect(settingsInBrief({ ...standard, segmentBy: 'device', correction: 'HOLM' }, window)).toBe('by device, Holm')
    expect(settingsInBrief({ ...standard, to: '2026-06-08T00:00:00.000Z' }, window)).toBe('part of the time')
  })
})
