import { expect, test } from 'vitest'
import { chartedAnalysis, effect, gapped, metric, resultRow } from './charted-analysis.contract.ts'
import { complaints, valuesOf } from './compiled.contract.ts'
import { liftIntervals } from './lift-intervals.ts'

const estimates = (analysis: Parameters<typeof liftIntervals>[0]) =>
  valuesOf(liftIntervals(analysis)!.specification)
    .filter((value) => 'text' in value)
    .sort((a, b) => Number(a['place']) - Number(b['place']))

test('the forest plot holds the lifts and ends of the rows as they are, the primary metric first, guardrails last', () => {
  const metrics = [
    metric('refunds', { role: 'GUARDRAIL', goal: 'DECREASE' }),
    metric('revenue'),
    metric('conversion', { role: 'PRIMARY' }),
  ]
  const lift = effect(0.083_123_456_789, 0.012_000_000_1, 0.154_999_999_9)
  const rows = [resultRow('refunds'), resultRow('revenue'), resultRow('conversion', { relativeEffect: lift })]
  const analysis = chartedAnalysis({ metrics, rows })
  const shown = estimates({ ...analysis, settings: { ...analysis.settings, decision: margin(0.02) } })
  expect([...new Set(shown.map((value) => value['metric']))]).toEqual(['conversion', 'revenue', 'refunds'])
  const { lower, upper } = lift.confidenceInterval
  expect(shown[0]).toMatchObject({ estimate: lift.estimate, lower, upper, margin: null })
  expect(shown.find((value) => value['metric'] === 'refunds')).toMatchObject({ margin: 0.02 })
})

function margin(share: number) {
  return { guardrailMargins: [{ metric: 'refunds', margin: share }] }
}

test.each([
  ['intervals without ends', effect(0.2, null, 0.4)],
  ['all lifts', effect(null, null, null)],
  ['a gap', gapped(0.4, -0.2, 0.1)],
  ['ends that overflowed', effect(1e300, -Infinity, Infinity)],
  ['nothing at all', null],
  ['no width', effect(0, 0, 0)],
])('the forest plot can draw %s', (_what, relativeEffect) => {
  const rows = [resultRow('conversion', { relativeEffect }), resultRow('revenue')]
  const { specification } = liftIntervals(chartedAnalysis({ rows }))!
  expect(complaints(specification)).toEqual([])
  const drawn = valuesOf(specification).flatMap(({ from, to, at }) => [from, to, at])
  for (const place of drawn) expect(place === undefined || Number.isFinite(place)).toBe(true)
})

test('neither an early look nor unhealthy data are painted or called a win', () => {
  const rows = [resultRow('conversion', { isSignificant: true })]
  expect(estimates(chartedAnalysis({ rows }))[0]).toMatchObject({ tone: 'good', word: 'better' })
  for (const standing of ['interim', 'untrusted'] as const) {
    const analysis = chartedAnalysis({ rows, standing })
    expect(estimates(analysis)[0]).toMatchObject({ tone: 'unclear' })
    expect(JSON.stringify(liftIntervals(analysis))).not.toMatch(/significant|better|worse/)
  }
})

test('an analysis without rows has no forest plot', () => {
  expect(liftIntervals(chartedAnalysis({ rows: [] }))).toBeNull()
})
