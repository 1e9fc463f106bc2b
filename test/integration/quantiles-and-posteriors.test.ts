import type { Analysis, MeasureInput, RunAnalysisInput } from '@fairlift/sdk'
import { beforeAll, describe, expect, test } from 'vitest'
import { delimited, type EventRecord } from '../testkit/event-records.ts'
import { rowOf } from '../testkit/find-in-analysis.ts'
import '../testkit/matchers.ts'
import { seededRandom } from '../testkit/seeded-random.ts'
import { useServer } from '../testkit/use-server.ts'
import { expectUserError } from '../testkit/user-errors.ts'

const REARRANGED = { relative: 1e-9, absolute: 1e-12 }

const run = useServer()
const { next: random } = seededRandom(42)

interface Visitor {
  id: string
  variant: string
  minutes: number
  buys: boolean
}

/** Visitors of three variants who stay for some minutes; some buy. */
const visitors = Array.from({ length: 1500 }, (_, index): Visitor => {
  const place = index % 3
  return {
    id: `visitor-${index}`,
    variant: ['control', 'small', 'large'][place]!,
    minutes: Math.round((1 - Math.log(1 - random())) * (10 + 3 * place) * 10) / 10,
    buys: random() < 0.1 + 0.02 * place,
  }
})

const events = visitors.flatMap(({ id, variant, minutes, buys }): EventRecord[] => {
  const own = { user_id: id, device: null }
  return [
    { ...own, variant_id: variant, event_type: 'exposure', value: null, timestamp: '2026-06-10T12:00:00Z' },
    { ...own, variant_id: null, event_type: 'stay', value: minutes, timestamp: '2026-06-10T12:00:01Z' },
    ...(buys
      ? [{ ...own, variant_id: null, event_type: 'purchase', value: 20, timestamp: '2026-06-10T12:10:00Z' }]
      : []),
  ]
})

let experimentId: string

beforeAll(async () => {
  const stay: MeasureInput = { aggregation: 'SUM', eventTypes: ['stay'] }
  await run.client.defineMetric({ key: 'minutes', name: 'Minutes', kind: 'MEAN', numerator: stay })
  await run.client.defineMetric({ key: 'bounces', name: 'Bounces', kind: 'MEAN', goal: 'DECREASE', numerator: stay })
  const metric = await run.client.defineMetric({
    key: 'minutes_p90',
    name: 'Minutes, 90th percentile',
    kind: 'QUANTILE',
    quantile: 0.9,
    numerator: stay,
  })
  expect([metric.kind, metric.quantile]).toEqual(['QUANTILE', 0.9])
  const { id } = await run.client.createExperiment({
    key: 'stays',
    name: 'Stays',
    variants: [
      { key: 'control', role: 'CONTROL', trafficSplit: 1 / 3 },
      { key: 'small', role: 'TREATMENT', trafficSplit: 1 / 3 },
      { key: 'large', role: 'TREATMENT', trafficSplit: 1 / 3 },
    ],
  })
  await run.client.uploadEvents({ experimentId: id, file: new File([delimited(events)], 'stays.csv') }).result()
  experimentId = id
})

const analyse = (input: Partial<RunAnalysisInput>): Promise<Analysis> =>
  run.client.runAnalysis({ experimentId, ...input }).result()

const minutesOf = (variant: string): number[] =>
  visitors
    .filter((visitor) => visitor.variant === variant)
    .map(({ minutes }) => minutes)
    .sort((a, b) => a - b)

function quantile(sorted: number[], share: number): number {
  const place = (sorted.length - 1) * share
  const below = Math.floor(place)
  return sorted[below]! + (place - below) * ((sorted[below + 1] ?? sorted[below]!) - sorted[below]!)
}

/** The quantile, and a standard error from the order statistics around it. */
function quantileOf(variant: string, share: number): { value: number; standardError: number } {
  const sorted = minutesOf(variant)
  const z = 1.959963984540054
  const margin = z * Math.sqrt((share * (1 - share)) / sorted.length)
  const width = quantile(sorted, share + margin) - quantile(sorted, share - margin)
  return { value: quantile(sorted, share), standardError: width / (2 * z) }
}

describe('a quantile metric', () => {
  test('is compared by order statistics, with the log interval of its lift', async () => {
    const row = rowOf(await analyse({ metrics: ['minutes_p90'] }), 'minutes_p90', 'large')
    const [control, treatment] = [quantileOf('control', 0.9), quantileOf('large', 0.9)]
    expect(row.method).toBe('QUANTILE_ORDER_STATISTICS')
    expect([row.controlStatistics.mean, row.treatmentStatistics.mean]).toEqualNearly(
      [control.value, treatment.value],
      REARRANGED,
    )
    const difference = treatment.value - control.value
    const error = Math.hypot(control.standardError, treatment.standardError)
    expect([row.effect!.estimate, row.effect!.standardError, row.statistic]).toEqualNearly(
      [difference, error, difference / error],
      REARRANGED,
    )
    const z = 1.959963984540054
    const logError = Math.hypot(control.standardError / control.value, treatment.standardError / treatment.value)
    const ratio = treatment.value / control.value
    const { lower, upper } = row.relativeEffect!.confidenceInterval
    expect([lower, upper]).toEqualNearly(
      [ratio * Math.exp(-z * logError) - 1, ratio * Math.exp(z * logError) - 1],
      REARRANGED,
    )
  })

  test('needs no pre-period and says that it is not adjusted by one', async () => {
    const analysis = await analyse({ metrics: ['minutes_p90'], varianceReduction: { kind: 'CUPED' } })
    expect(rowOf(analysis, 'minutes_p90', 'large').varianceReduction!.fallbackReason).toContain('Quantiles are not')
  })
})

describe('posteriors', () => {
  test('of rates: beta, by numerical integration over a fine grid', async () => {
    const analysis = await analyse({ metrics: ['conversion'], bayesian: { ratePrior: { alpha: 2, beta: 8 } } })
    expect(analysis.settings.bayesian).toEqual({
      liftPrior: { mean: 0, standardDeviation: 0.05 },
      ratePrior: { alpha: 2, beta: 8 },
    })
    const grid = 4000
    const [control, small, large] = ['control', 'small', 'large'].map((variant) => {
      const own = visitors.filter((visitor) => visitor.variant === variant)
      const successes = own.filter(({ buys }) => buys).length
      const [a, b] = [2 + successes, 8 + own.length - successes]
      const logs = Array.from({ length: grid }, (_, i) => {
        const x = (i + 0.5) / grid
        return (a - 1) * Math.log(x) + (b - 1) * Math.log(1 - x)
      })
      const top = Math.max(...logs)
      const weights = logs.map((log) => Math.exp(log - top))
      const total = weights.reduce((sum, weight) => sum + weight, 0)
      return weights.map((weight) => weight / total)
    })
    let [wins, best, loss, below, belowSmall] = [0, 0, 0, 0, 0]
    let mass = 0
    for (let i = 0; i < grid; i++) {
      const own = large![i]!
      wins += own * (below + control![i]! / 2)
      best += own * (below + control![i]! / 2) * (belowSmall + small![i]! / 2)
      below += control![i]!
      belowSmall += small![i]!
      mass += own
      loss += ((1 - below) * mass) / grid
    }
    const { model, chanceToBeatControl, chanceToBeBest, expectedLossOfTreatment } = rowOf(
      analysis,
      'conversion',
      'large',
    ).posterior!
    expect(model).toBe('BETA_BINOMIAL')
    expect([chanceToBeatControl, chanceToBeBest]).toEqualNearly([wins, best], { relative: 1e-5, absolute: 1e-5 })
    expect(expectedLossOfTreatment).toEqualNearly(loss, { relative: 0.02, absolute: 1e-6 })
  })

  test('of a lift: normal, drawn towards the prior; flat leaves the estimate', async () => {
    const [drawn, flat] = await Promise.all([
      analyse({ metrics: ['minutes', 'bounces'], bayesian: {} }),
      analyse({ metrics: ['minutes', 'bounces'], bayesian: { flatPrior: true } }),
    ])
    expect(flat.settings.bayesian!.liftPrior).toBeNull()
    const [control, treatment] = ['control', 'large'].map((variant) => {
      const values = minutesOf(variant)
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
      return { mean, variance: squares / (values.length - 1) / values.length }
    })
    const lift = treatment!.mean / control!.mean - 1
    const variance =
      treatment!.variance / control!.mean ** 2 + (1 + lift) ** 2 * (control!.variance / control!.mean ** 2)
    const ofFlat = rowOf(flat, 'minutes', 'large').posterior!
    expect(ofFlat).toEqualNearly({ ...ofFlat, model: 'NORMAL', lift, chanceToBeBest: null }, REARRANGED)
    expect(ofFlat.credibleInterval.upper).toEqualNearly(lift + 1.959963984540054 * Math.sqrt(variance), REARRANGED)
    const weight = 0.05 ** 2 / (0.05 ** 2 + variance)
    expect(rowOf(drawn, 'minutes', 'large').posterior!.lift).toEqualNearly(weight * lift, REARRANGED)
    const [more, less] = [rowOf(drawn, 'minutes', 'large'), rowOf(drawn, 'bounces', 'large')].map(
      (row) => row.posterior!,
    )
    // The same numbers with the other goal: what is a win for one is a loss for the other.
    expect(less!.expectedLossOfTreatment).toBe(more!.expectedLossOfControl)
    expect(less!.chanceToBeatControl + more!.chanceToBeatControl).toEqualNearly(1, REARRANGED)
  })

  test('are not there unless asked for', async () => {
    const analysis = await analyse({ metrics: ['minutes'] })
    expect([analysis.settings.bayesian, rowOf(analysis, 'minutes', 'large').posterior]).toEqual([null, null])
  })

  test.each([
    [{ bayesian: { liftPrior: { standardDeviation: 0 } } }, 'bayesian.liftPrior.standardDeviation'],
    [{ bayesian: { liftPrior: {}, flatPrior: true } }, 'bayesian.flatPrior'],
    [{ bayesian: { ratePrior: { alpha: 0 } } }, 'bayesian.ratePrior.alpha'],
  ] satisfies [Partial<RunAnalysisInput>, string][])('%j is refused by %s', async (input, field) => {
    await expectUserError(run.client.runAnalysis({ experimentId, ...input }).result(), { field, says: /got|not both/ })
  })
})

describe('another interval of the lift', () => {
  test.each(['DELTA', 'LOG'] as const)('%s replaces that of the test, and p-value and interval agree', async (kind) => {
    const metrics = ['minutes', 'conversion', 'minutes_p90']
    const [usual, other] = await Promise.all([analyse({ metrics }), analyse({ metrics, liftInterval: kind })])
    expect([usual.settings.liftInterval, other.settings.liftInterval]).toEqual(['DEFAULT', kind])
    for (const row of other.results) {
      const before = rowOf(usual, row.metric.key, row.treatment.key)
      expect([row.pValue, row.effect]).toEqual([before.pValue, before.effect])
      expect(row.relativeEffect!.estimate).toEqualNearly(before.relativeEffect!.estimate, REARRANGED)
      const { lower, upper } = row.relativeEffect!.confidenceInterval
      expect(lower! > 0 || upper! < 0).toBe(row.pValue! < 0.05)
      const estimate = row.relativeEffect!.estimate!
      const distances =
        kind === 'LOG'
          ? [Math.log1p(estimate) - Math.log1p(lower!), Math.log1p(upper!) - Math.log1p(estimate)]
          : [estimate - lower!, upper! - estimate]
      const isSettled = row.notes.some((note) => note.includes('it ends there'))
      if (!isSettled) expect(distances[0]).toEqualNearly(distances[1], REARRANGED)
    }
  })
})
