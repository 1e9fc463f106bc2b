import type { Analysis, LooksInput, RunAnalysisInput } from '@fairlift/sdk'
import { beforeAll, describe, expect, test } from 'vitest'
import { rowOf } from '../testkit/find-in-analysis.ts'
import '../testkit/matchers.ts'
import { expectUserError } from '../testkit/user-errors.ts'
import { useServer } from '../testkit/use-server.ts'

const run = useServer()
const PLANNED = 4000
const METRICS = ['conversion', 'revenue_per_visitor']

/** Users from a number on, half of them in each variant; so many of a hundred buy. */
function shopLog(from: number, users: number, buyers: { control: number; treatment: number }): File {
  const lines = Array.from({ length: users }, (_, index) => {
    const user = from + index
    const variant = user % 2 === 0 ? 'control' : 'treatment'
    const time = new Date(Date.UTC(2026, 5, 1) + user * 60_000).toISOString()
    const exposure = `u${user},${variant},exposure,,${time}`
    // Spread evenly over the users of a variant, so that the share is exact in each hundred.
    const buys = ((user >> 1) * 37) % 100 < buyers[variant]
    return buys ? `${exposure}\nu${user},,purchase,${20 + (user % 30)},${time}` : exposure
  })
  return new File([`user_id,variant_id,event_type,value,timestamp\n${lines.join('\n')}\n`], `from-${from}.csv`)
}

async function experiment(key: string, plan: { plannedUnits?: number } = { plannedUnits: PLANNED }): Promise<string> {
  const { id } = await run.client.createExperiment({
    key,
    name: key,
    startAt: '2026-06-01T00:00:00Z',
    endAt: '2999-01-01T00:00:00Z',
    ...plan,
  })
  return id
}

const upload = (experimentId: string, file: File) => run.client.uploadEvents({ experimentId, file }).result()
const nothing = { control: 20, treatment: 21 }
const large = { control: 20, treatment: 38 }

describe('a group-sequential design', () => {
  const looks: LooksInput = { kind: 'GROUP_SEQUENTIAL', spending: 'POCOCK' }
  let experimentId: string
  let first: Analysis
  const look = (input: Partial<RunAnalysisInput> = {}): Promise<Analysis> =>
    run.client.runAnalysis({ experimentId, metrics: METRICS, looks, ...input }).result()

  beforeAll(async () => {
    experimentId = await experiment('group-sequential')
    await upload(experimentId, shopLog(0, 1000, nothing))
    first = await look()
  })

  test('before a bound is crossed the verdict waits, and the bound is that of the plan of looks', async () => {
    expect(first.settings.looks).toEqual({
      kind: 'GROUP_SEQUENTIAL',
      spending: 'POCOCK',
      gamma: null,
      plannedUnits: PLANNED,
      earlierFractions: [],
      isLast: false,
      tunedFor: null,
    })
    expect(first).toMatchObject({ interim: true, decision: { verdict: 'WITHHELD' } })
    expect(first.decision.summary).toContain('no bound of its design is crossed')
    const plan = await run.client.planLooks({ informationFractions: [0.25, 0.5, 1], spending: 'POCOCK' })
    const row = rowOf(first, 'conversion')
    expect(row.look).toMatchObject({ informationFraction: 0.25, looksBefore: 0 })
    expect(row.look!.nominalAlpha).toEqualNearly(plan.looks[0]!.nominalAlpha, { relative: 1e-9 })
    expect(row.look!.testPValue!).toBeGreaterThan(row.look!.nominalAlpha)
    expect(row.pValue!).toBeGreaterThan(row.look!.testPValue!)
    expect(row.adjustments.join()).toContain('look 1 of a group-sequential design at 25 % of the planned users')
  })

  test('the same look asked twice is one look', async () => {
    expect((await look()).id).toBe(first.id)
    expect((await look({ segmentBy: null })).settings.looks.earlierFractions).toEqual([])
  })

  test('the next look counts the one before it; a crossed bound decides before the end', async () => {
    await upload(experimentId, shopLog(1000, 1000, large))
    const second = await look()
    expect(second.settings.looks.earlierFractions).toEqual([0.25])
    const row = rowOf(second, 'conversion')
    expect(row.look).toMatchObject({ informationFraction: 0.5, looksBefore: 1 })
    const plan = await run.client.planLooks({ informationFractions: [0.25, 0.5, 1], spending: 'POCOCK' })
    expect(row.look!.nominalAlpha).toEqualNearly(plan.looks[1]!.nominalAlpha, { relative: 1e-9 })
    expect(row.look!.criticalValue!).toEqualNearly(plan.looks[1]!.criticalValue!, { relative: 1e-9 })
    expect(row.look!.testPValue!).toBeLessThan(row.look!.nominalAlpha)
    expect(row.effect!.confidenceInterval.lower).toBeGreaterThan(0)
    expect(row.relativeEffect!.confidenceInterval.lower).toBeGreaterThan(0)
    expect(second).toMatchObject({ interim: true, decision: { verdict: 'SHIP' } })

    // Wider than the interval of one look, by the ratio of the critical values.
    const fixed = rowOf(await look({ looks: null }), 'revenue_per_visitor')
    const wider = rowOf(second, 'revenue_per_visitor')
    const width = ({ effect }: typeof wider) => effect!.confidenceInterval.upper! - effect!.confidenceInterval.lower!
    expect(width(wider) / width(fixed)).toEqualNearly(row.look!.criticalValue! / 1.959964, { relative: 2e-3 })
    expect(wider.look!.testPValue).toBe(fixed.pValue)
    expect(fixed.look).toBeNull()
  })

  test('an earlier version of the data is the look that it was', async () => {
    expect((await look({ datasetVersion: 1 })).id).toBe(first.id)
  })

  test('another spending is another design', async () => {
    const other = await look({ looks: { kind: 'GROUP_SEQUENTIAL' } })
    expect(other.settings.looks).toMatchObject({ spending: 'OBRIEN_FLEMING', earlierFractions: [] })
  })

  test('once it is over, the last look spends what is left and settles the verdict', async () => {
    const id = await experiment('ended-early')
    await upload(id, shopLog(0, 1200, nothing))
    await run.client.startExperiment(id)
    await run.client.runAnalysis({ experimentId: id, metrics: METRICS, looks }).result()
    await run.client.stopExperiment(id)
    await upload(id, shopLog(1200, 300, nothing))
    const last = await run.client.runAnalysis({ experimentId: id, metrics: METRICS, looks }).result()
    expect(last.settings.looks).toMatchObject({ isLast: true, earlierFractions: [0.3] })
    expect(last).toMatchObject({ interim: false, decision: { verdict: 'INCONCLUSIVE' } })
  })
})

describe('an always-valid design', () => {
  test('may decide at any time; interval and p-value hold at all times', async () => {
    const experimentId = await experiment('always-valid', {})
    await upload(experimentId, shopLog(0, 1000, large))
    const looks: LooksInput = { kind: 'ALWAYS_VALID', tunedFor: 2000 }
    const analysis = await run.client.runAnalysis({ experimentId, metrics: METRICS, looks }).result()
    expect(analysis.settings.looks).toMatchObject({ kind: 'ALWAYS_VALID', tunedFor: 2000, spending: null })
    expect(analysis).toMatchObject({ interim: true, decision: { verdict: 'SHIP' } })
    const row = rowOf(analysis, 'revenue_per_visitor')
    // The definition, with the test's statistic in place of the normal one: users are many.
    const twice = -2 * Math.log(0.05)
    const x = (1000 * (twice + Math.log(twice + 1))) / 2000
    const multiplier = Math.sqrt(((2 * (x + 1)) / x) * Math.log(Math.sqrt(x + 1) / 0.05))
    expect(row.look!.criticalValue).toEqualNearly(multiplier, { relative: 1e-9 })
    const { estimate, standardError, confidenceInterval } = row.effect!
    expect(confidenceInterval.lower).toEqualNearly(estimate! - multiplier * standardError!, { relative: 0.02 })
    expect(row.pValue!).toBeGreaterThan(row.look!.testPValue!)

    const quiet = await experiment('always-valid-quiet', {})
    await upload(quiet, shopLog(0, 1000, nothing))
    const waiting = await run.client.runAnalysis({ experimentId: quiet, metrics: METRICS, looks }).result()
    expect(waiting.decision).toMatchObject({ verdict: 'WITHHELD' })
    expect(waiting.decision.summary).toContain('still holds “no effect”')
  })
})

test('a look of no design withholds the verdict and says what a valid one would need', async () => {
  const experimentId = await experiment('fixed')
  await upload(experimentId, shopLog(0, 2000, large))
  const analysis = await run.client.runAnalysis({ experimentId, metrics: METRICS }).result()
  expect(analysis.settings.looks).toMatchObject({ kind: 'FIXED', spending: null, tunedFor: null })
  expect(analysis.decision).toMatchObject({ verdict: 'WITHHELD' })
  expect(analysis.decision.reasons.join(' ')).toContain('would need a p-value below 0.0031')
})

test.each<[string, LooksInput, string, RegExp, { plannedUnits?: number }]>([
  ['no-plan', { kind: 'GROUP_SEQUENTIAL' }, 'looks.kind', /plannedUnits/, {}],
  ['gamma', { kind: 'GROUP_SEQUENTIAL', gamma: 1 }, 'looks.gamma', /HWANG_SHIH_DECANI/, { plannedUnits: 100 }],
  [
    'gamma-range',
    { kind: 'GROUP_SEQUENTIAL', spending: 'HWANG_SHIH_DECANI', gamma: 99 },
    'looks.gamma',
    /from -20 to 20, got 99/,
    { plannedUnits: 100 },
  ],
  ['spending', { kind: 'ALWAYS_VALID', spending: 'POCOCK' }, 'looks.spending', /spends no error/, {}],
  ['tuned', { kind: 'ALWAYS_VALID', tunedFor: 3 }, 'looks.tunedFor', /from 100/, {}],
  ['tuned-fixed', { kind: 'FIXED', tunedFor: 1000 }, 'looks.tunedFor', /ALWAYS_VALID/, {}],
])('looks that make no sense are refused by their field: %s', async (key, looks, field, says, plan) => {
  const experimentId = await experiment(`refused-${key}`, plan)
  await expectUserError(run.client.runAnalysis({ experimentId, looks }), { field, says })
})
