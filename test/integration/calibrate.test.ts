import type { Calibration } from '@fairlift/sdk'
import { beforeAll, describe, expect, test } from 'vitest'
import { sampleExperiment, sampleFile, sampleUsers, type SampleUser } from '../testkit/sample-shop.ts'
import { seededRandom } from '../testkit/seeded-random.ts'
import { expectUserError } from '../testkit/user-errors.ts'
import { useServer } from '../testkit/use-server.ts'

const run = useServer()
let experimentId: string

beforeAll(async () => {
  experimentId = (await run.client.createExperiment({ key: 'sample', ...sampleExperiment })).id
  await run.client.uploadEvents({ experimentId, file: sampleFile }).result()
})

const resultOf = ({ results }: Calibration, key: string) => results.find(({ metric }) => metric.key === key)!

/** How often Welch's |t| is above a bound when the sample's own users are shuffled: written down a second time, for rows. */
function shuffledShare(users: SampleUser[], value: (user: SampleUser) => number, bound: number, times: number): number {
  const random = seededRandom(17)
  const values = users.map(value)
  const size = users.filter(({ variant }) => variant === 'control').length
  const momentsOf = (own: number[]) => {
    const mean = own.reduce((sum, x) => sum + x, 0) / own.length
    return { mean, variance: own.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (own.length - 1) / own.length }
  }
  let found = 0
  for (let time = 0; time < times; time++) {
    for (let i = values.length - 1; i > 0; i--) {
      const j = random.below(i + 1)
      ;[values[i], values[j]] = [values[j]!, values[i]!]
    }
    const [c, t] = [momentsOf(values.slice(0, size)), momentsOf(values.slice(size))]
    if (Math.abs(t.mean - c.mean) / Math.sqrt(c.variance + t.variance) > bound) found++
  }
  return found / times
}

describe('calibrateExperiment', () => {
  test('deals the experiment’s users out anew and says how often each method finds what is not there', async () => {
    const calibration = await run.client.calibrateExperiment({ analysis: { experimentId } }).result()
    expect(calibration).toMatchObject({ replications: 2000, seed: 1, experiment: { id: experimentId } })
    expect(calibration.results.map(({ metric }) => metric.key).sort()).toEqual(
      (await run.client.experiment({ id: experimentId })).metrics.map(({ metric }) => metric.key).sort(),
    )
    for (const { falsePositives, falseIncreases, falseDecreases, coverage, verdict, summary } of calibration.results) {
      expect(verdict).toBe('TRUSTED')
      expect(summary).toMatch(/^Of 2,000 deals without any effect .+ The method can be trusted on these data\.$/)
      expect(falseIncreases.count + falseDecreases.count).toBe(falsePositives.count)
      expect(falsePositives.lower).toBeLessThan(0.05)
      expect(falsePositives.upper).toBeGreaterThan(0.05)
      // The interval keeps 0 exactly where the test is not significant.
      expect(coverage!.count).toBe(2000 - falsePositives.count)
    }
  })

  test('the share is that of shuffling the rows by hand, where the level is far from the usual one', async () => {
    const level = 0.8
    const analysis = { experimentId, metrics: ['revenue_per_visitor'], level }
    const calibration = await run.client.calibrateExperiment({ analysis, replications: 4000 }).result()
    const users = sampleUsers()
    // Student's t with thousands of degrees of freedom: the bound is the normal one to three digits.
    const byHand = shuffledShare(users, ({ revenue }) => revenue, 1.2816, 4000)
    const { falsePositives } = resultOf(calibration, 'revenue_per_visitor')
    const chance = 4 * Math.sqrt((2 * 0.2 * 0.8) / 4000)
    expect(Math.abs(falsePositives.share! - byHand)).toBeLessThan(chance)
    expect(calibration.settings.level).toBe(level)
  })

  test('checks what the settings ask for: adjustment by covariates, and bounds for extreme values', async () => {
    const analysis = { experimentId, metrics: ['revenue_per_visitor', 'average_order_value'] }
    // The first 2,000 deals of this seed happen to find 3.6 % of revenue; chance allows for less among more of them.
    const replications = 6000
    const adjusted = await run.client
      .calibrateExperiment({
        analysis: { ...analysis, varianceReduction: { kind: 'CUPED' }, winsorization: { upperPercentile: 0.95 } },
        replications,
      })
      .result()
    const plain = await run.client.calibrateExperiment({ analysis, replications }).result()
    const chance = 4 * Math.sqrt((0.05 * 0.95) / replications)
    for (const { method, verdict, falsePositives } of adjusted.results) {
      expect(method).toBe('CUPED')
      expect(verdict).toBe('TRUSTED')
      expect(Math.abs(falsePositives.share! - 0.05)).toBeLessThan(chance)
    }
    expect(adjusted.results.map(({ falsePositives }) => falsePositives.count)).not.toEqual(
      plain.results.map(({ falsePositives }) => falsePositives.count),
    )
  })

  test('looks are left aside: a deal is one look, judged by its test and the level, adjusted by covariates or not', async () => {
    const analysis = { experimentId, metrics: ['revenue_per_visitor', 'average_order_value'] }
    for (const varianceReduction of [null, { kind: 'CUPED' as const }]) {
      const counts = async (looks: { kind: 'ALWAYS_VALID' } | null) => {
        const asked = { analysis: { ...analysis, varianceReduction, looks }, replications: 500 }
        const { results } = await run.client.calibrateExperiment(asked).result()
        return results.map(({ method, falsePositives }) => ({ method, count: falsePositives.count }))
      }
      expect(await counts({ kind: 'ALWAYS_VALID' })).toEqual(await counts(null))
    }
  })

  /** A shop whose first users buy, at prices that lean; every so many users one is in the treatment. */
  async function calibrateShop(key: string, users: number, buyers: number, every: number): Promise<Calibration> {
    const { id } = await run.client.createExperiment({ key, name: key, currency: 'EUR' })
    const random = seededRandom(5)
    const records = Array.from({ length: users }, (_, user) => {
      const own = { user_id: `u${user}`, timestamp: '2026-05-01T08:00:00Z' }
      const exposure = { ...own, variant_id: user % every === 0 ? 'treatment' : 'control', event_type: 'exposure' }
      if (user >= buyers) return [exposure]
      const value = Math.round(2000 * Math.exp(2 * random.next())) / 100
      return [exposure, { ...own, event_type: 'purchase', value, timestamp: '2026-05-02T08:00:00Z' }]
    }).flat()
    await run.client.ingestEvents({ experimentId: id, records }).result()
    const metrics = ['revenue_per_visitor', 'average_order_value', 'conversion']
    return run.client.calibrateExperiment({ analysis: { experimentId: id, metrics } }).result()
  }

  test('warns of a method that the data do not bear: revenue of a variant with one user of twenty', async () => {
    const calibration = await calibrateShop('uneven', 2000, 100, 20)
    expect(resultOf(calibration, 'revenue_per_visitor')).toMatchObject({
      method: 'WELCH_T',
      verdict: 'TOO_MANY_FALSE_POSITIVES',
      summary: expect.stringContaining('Do not trust this method on these data') as string,
    })
    expect(resultOf(calibration, 'conversion').verdict).not.toBe('TOO_MANY_FALSE_POSITIVES')
  })

  test('the order value of a handful of buyers is not found to differ more often than the level allows', async () => {
    const { method, verdict, falsePositives } = resultOf(
      await calibrateShop('few-buyers', 200, 12, 2),
      'average_order_value',
    )
    expect(method).toBe('RATIO_DELTA')
    expect(verdict).not.toBe('TOO_MANY_FALSE_POSITIVES')
    expect(falsePositives.share!).toBeLessThan(0.06)
  })

  test('the same question and seed have one answer; another seed deals otherwise; all are listed', async () => {
    const ask = (seed?: number) =>
      run.client.calibrateExperiment({ analysis: { experimentId }, replications: 200, seed }).result()
    const [first, again, other] = [await ask(), await ask(), await ask(7)]
    expect(again.id).toBe(first.id)
    expect(other.id).not.toBe(first.id)
    expect(other.results.map(({ falsePositives }) => falsePositives.count)).not.toEqual(
      first.results.map(({ falsePositives }) => falsePositives.count),
    )
    const { items } = await run.client.calibrations(experimentId, { pageSize: 2 }).page()
    expect(items.map(({ id }) => id)).toEqual([other.id, first.id])
    expect(await run.client.calibration(first.id)).toEqual(first)
  })

  test('a calibration can be cancelled while it deals', async () => {
    const analysis = { experimentId }
    const job = await run.client.calibrateExperiment({ analysis, replications: 20_000, seed: 99 })
    for await (const { status, progress } of run.client.watchJob(job.id)) {
      if (status === 'RUNNING' && progress > 0.2) break
    }
    await run.client.cancelJob(job.id)
    expect((await run.client.waitForJob(job.id)).status).toBe('CANCELLED')
    const { items } = await run.client.calibrations(experimentId).page()
    expect(items.every(({ seed }) => seed !== 99)).toBe(true)
  })

  test.each([
    { field: 'analysis.level', analysis: { level: 0.5 }, says: 'from 0.8 to 0.999' },
    {
      field: 'analysis.metrics',
      analysis: { metrics: ['nope'] },
      says: 'no metric "nope"',
      code: 'NOT_FOUND' as const,
    },
    { field: 'replications', replications: 10, says: 'from 100 to 20,000, got 10' },
    { field: 'seed', seed: -1, says: 'from 0 to 2147483647, got -1' },
  ])('a mistake is told beside its field: $field', async ({ field, says, code, analysis, ...numbers }) => {
    const ask = run.client.calibrateExperiment({ analysis: { experimentId, ...analysis }, ...numbers })
    await expectUserError(ask, { field, says, ...(code === undefined ? {} : { code }) })
  })
})
