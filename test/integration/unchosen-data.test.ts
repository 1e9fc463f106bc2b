import type { FairliftBatchError } from '@fairlift/sdk'
import { describe, expect, test } from 'vitest'
import { checkOf, rowOf } from '../testkit/find-in-analysis.ts'
import '../testkit/matchers.ts'
import { expectMean, expectProportion } from '../testkit/reference-results.ts'
import {
  hasSharedDatasets,
  referenceOf,
  sharedFile,
  sharedText,
  titleOf,
  type MeanReference,
  type ProportionReference,
  type RatioReference,
} from '../testkit/shared-datasets.ts'
import { experimentFor, landAsProposed, tabularSets, type TabularSetName } from '../testkit/tabular-sets.ts'
import { useServer } from '../testkit/use-server.ts'

/** Both sides compute in double precision from the same counts. */
const CLOSED_FORM = { relative: 1e-9 }

/** Two-sided p-value of Mann and Whitney's U: of all ways to rank m + n values, the share that is no less extreme. */
function exactRankPValue(m: number, n: number, u: number): number {
  // ways[i][k]: how many choices of i ranks have a U of k. Each further rank is taken or not.
  const ways = Array.from({ length: m + 1 }, () => new Array<number>(m * n + 1).fill(0))
  ways[0]![0] = 1
  for (let rank = 0; rank < m + n; rank++) {
    for (let taken = Math.min(m, rank + 1); taken >= 1; taken--) {
      const below = rank - (taken - 1) // values of the other sample that this one exceeds
      for (let k = m * n; k >= below; k--) ways[taken]![k]! += ways[taken - 1]![k - below]!
    }
  }
  const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0)
  return Math.min(1, (2 * sum(ways[m]!.slice(0, Math.min(u, m * n - u) + 1))) / sum(ways[m]!))
}

/** Files that were not made with this program in mind: each gives the published answer, or a clear error. */
describe.skipIf(!hasSharedDatasets)(titleOf('files nobody chose for us'), () => {
  const run = useServer()

  const experimentOf = (name: TabularSetName, key = name.replaceAll('_', '-')) =>
    experimentFor(run.client, tabularSets[name], key)

  test('cookie_cats: two flags and a count, read as proposed', async () => {
    const { client } = run
    const reference = referenceOf<{
      srm_50_50: RatioReference
      retention_1: ProportionReference
      retention_7: ProportionReference
      sum_gamerounds: MeanReference
    }>('cookie_cats')
    const experimentId = await experimentOf('cookie_cats')
    const { batch } = await landAsProposed(client, experimentId, sharedFile('cookie_cats/cookie_cats.csv.gz'))
    // The last line has no end.
    expect(batch).toMatchObject({ rows: 90_189, rejected: 0 })

    const analysis = await client
      .runAnalysis({ experimentId, metrics: ['retention_1', 'retention_7', 'sum_gamerounds'] })
      .result()
    expectProportion(rowOf(analysis, 'retention_1'), reference.retention_1)
    expectProportion(rowOf(analysis, 'retention_7'), reference.retention_7)
    expectMean(rowOf(analysis, 'sum_gamerounds'), reference.sum_gamerounds)
    expect(checkOf(analysis, 'SAMPLE_RATIO_MISMATCH').pValue).toEqualNearly(reference.srm_50_50.p, CLOSED_FORM)
  })

  test('starbucks: the columns are called Promotion and purchase', async () => {
    const { client } = run
    const reference = referenceOf<{ srm_50_50: RatioReference; purchase: ProportionReference }>('starbucks')
    const experimentId = await experimentOf('starbucks')
    await landAsProposed(client, experimentId, sharedFile('starbucks/training.csv.gz'))
    const analysis = await client.runAnalysis({ experimentId, metrics: ['conversion'], segmentBy: 'V1' }).result()

    expectProportion(rowOf(analysis, 'conversion'), reference.purchase)
    expect(checkOf(analysis, 'SAMPLE_RATIO_MISMATCH').pValue).toEqualNearly(reference.srm_50_50.p, CLOSED_FORM)
    // The segments of V1 (0 to 3) take the users apart: counted here by hand.
    const counts = new Map<string, [users: number, buyers: number]>()
    for (const line of sharedText('starbucks/training.csv.gz').trim().split('\r\n').slice(1)) {
      const [, promotion, purchase, v1] = line.split(',')
      const [users, buyers] = counts.get(`${v1} ${promotion}`) ?? [0, 0]
      counts.set(`${v1} ${promotion}`, [users + 1, buyers + Number(purchase)])
    }
    expect(counts.size).toBe(8)
    for (const { segment, controlStatistics, treatmentStatistics } of analysis.segments) {
      expect([controlStatistics.n, controlStatistics.total]).toEqual(counts.get(`${segment?.value} No`))
      expect([treatmentStatistics.n, treatmentStatistics.total]).toEqual(counts.get(`${segment?.value} Yes`))
    }
    expect(analysis.segments).toHaveLength(4)
  })

  test('adsmart: the experiment is a column, and the answer one called "yes"', async () => {
    const { client } = run
    const reference = referenceOf<{ srm_50_50: RatioReference; yes_all: ProportionReference }>('adsmart')
    const experimentId = await experimentOf('adsmart')
    const { preview, batch } = await landAsProposed(client, experimentId, sharedFile('adsmart/AdSmartABdata.csv'))
    expect(preview.mapping?.variant?.[0]?.column).toBe('experiment')
    expect(batch).toMatchObject({ rows: 8077, rejected: 0 })
    const analysis = await client.runAnalysis({ experimentId, metrics: ['said_yes'] }).result()
    expectProportion(rowOf(analysis, 'said_yes'), reference.yes_all)
    expect(checkOf(analysis, 'SAMPLE_RATIO_MISMATCH').pValue).toEqualNearly(reference.srm_50_50.p, CLOSED_FORM)
    // Exposures of eight days on end.
    expect(checkOf(analysis, 'MISSING_DAYS')).toMatchObject({ verdict: 'PASS', count: 0 })
  })

  describe('campaign_daily: a day a row, semicolons, d.mm.yyyy, and a day without numbers', () => {
    const { mapping } = tabularSets.campaign_daily

    test('an outcome that must be there and is not rejects its row, and the rest is as published', async () => {
      const { client } = run
      const reference = referenceOf<{ purchase_per_day: MeanReference; clicks_per_day: MeanReference }>(
        'campaign_daily',
      )
      const experimentId = await experimentOf('campaign_daily')
      const control = await client
        .uploadEvents({ experimentId, file: sharedFile('campaign_daily/control_group.csv'), mapping })
        .result()
      await client.uploadEvents({ experimentId, file: sharedFile('campaign_daily/test_group.csv'), mapping }).result()
      expect(control).toMatchObject({ status: 'LANDED', rows: 30, accepted: 29, rejected: 1 })
      const errors = await client.batchErrors(control.id)
      // The fifth of August.
      expect(errors.map(({ row, column, code }) => ({ row, column, code }))).toEqual([
        { row: 5, column: '# of Purchase', code: 'MISSING_VALUE' },
        { row: 5, column: '# of Website Clicks', code: 'MISSING_VALUE' },
      ])

      const metrics = ['daily_purchases', 'daily_clicks']
      const analysis = await client.runAnalysis({ experimentId, metrics }).result()
      expectMean(rowOf(analysis, 'daily_purchases'), reference.purchase_per_day)
      // Few days and no ties among the clicks: the ranks are judged by their exact distribution.
      const clicks = reference.clicks_per_day
      expectMean(rowOf(analysis, 'daily_clicks'), clicks, exactRankPValue(29, 30, clicks.mann_whitney.U_treatment))
      expect(checkOf(analysis, 'TOO_FEW_USERS').verdict).toBe('WARN')
      expect(checkOf(analysis, 'REJECTED_ROWS')).toMatchObject({ verdict: 'WARN', count: 1, share: 1 / 60 })
    })

    test('a bound on empty cells keeps the whole file out, naming column and share', async () => {
      const { client } = run
      const experimentId = await experimentOf('campaign_daily', 'campaigns-bounded')
      const upload = client.uploadEvents({
        experimentId,
        file: sharedFile('campaign_daily/control_group.csv'),
        mapping: { ...mapping, valueRules: [], maxEmptyShares: [{ column: '# of Purchase', share: 0.01 }] },
      })
      await expect(upload.result()).rejects.toMatchObject({
        code: 'BATCH_QUARANTINED',
        message: expect.stringContaining('"# of Purchase" is empty in 3.3% of the rows; the limit is 1.0%'),
        batch: { status: 'QUARANTINED', error: { code: 'EMPTY_SHARE' }, datasetVersion: null },
      } satisfies Partial<Record<keyof FairliftBatchError, unknown>>)
    })

    test('read with the wrong date format every row says so, and nothing lands', async () => {
      const { client } = run
      const experimentId = await experimentOf('campaign_daily', 'campaigns-dates')
      const upload = client.uploadEvents({
        experimentId,
        file: sharedFile('campaign_daily/test_group.csv'),
        mapping: { ...mapping, timestampFormat: '%Y-%m-%d' },
      })
      await expect(upload.result()).rejects.toMatchObject({ code: 'BATCH_QUARANTINED' })
      const [first] = await client.batchErrors((await upload).id, 1)
      expect(first).toMatchObject({ row: 1, column: 'Date', code: 'NOT_A_TIMESTAMP', value: '1.08.2019' })
      expect(first?.message).toContain('%Y-%m-%d')
    })
  })

  test('online_store: visitors who ordered in both groups are left out of revenue per buyer', async () => {
    const { client } = run
    const { counts } = referenceOf<{ counts: { visitors_in_both_groups: number } }>('online_store')
    const experimentId = await experimentOf('online_store')
    const { preview, batch } = await landAsProposed(client, experimentId, sharedFile('online_store/orders_us.csv'))
    expect(preview.mapping).toMatchObject({ userId: 'visitorId', eventId: 'transactionId', timestamp: 'date' })
    expect(batch).toMatchObject({ rows: 1197, rejected: 0, duplicates: 0 })
    const analysis = await client
      .runAnalysis({ experimentId, metrics: ['orders_per_visitor', 'revenue_per_visitor'] })
      .result()

    // Added up here by hand: orders and revenue of visitors of one group only.
    const groups = new Map<string, Set<string>>()
    const orders = sharedText('online_store/orders_us.csv')
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => {
        const [, visitor, , revenue, group] = line.split(',') as [string, string, string, string, string]
        groups.set(visitor, (groups.get(visitor) ?? new Set()).add(group))
        return { visitor, revenue: Number(revenue), group }
      })
    const contaminated = [...groups.values()].filter(({ size }) => size > 1).length
    expect(contaminated).toBe(counts.visitors_in_both_groups)
    expect(checkOf(analysis, 'USERS_IN_SEVERAL_VARIANTS').count).toBe(contaminated)
    for (const [group, side] of [
      ['A', 'controlStatistics'],
      ['B', 'treatmentStatistics'],
    ] as const) {
      const own = orders.filter((order) => order.group === group && groups.get(order.visitor)!.size === 1)
      const buyers = new Set(own.map(({ visitor }) => visitor)).size
      expect(rowOf(analysis, 'orders_per_visitor')[side]).toMatchObject({ n: buyers, total: own.length })
      const revenue = own.reduce((sum, order) => sum + order.revenue, 0)
      expect(rowOf(analysis, 'revenue_per_visitor')[side].total).toEqualNearly(revenue, CLOSED_FORM)
    }
  })

  test('fast_food: a shop has one promotion in four weeks, so shops are the units and not rows', async () => {
    const { client } = run
    const reference = referenceOf<{ arms: Record<string, { locations: number; rows: number; mean: number }> }>(
      'fast_food',
    )
    const experimentId = await experimentOf('fast_food')
    const file = sharedFile('fast_food/WA_Marketing-Campaign.csv')
    await client.uploadEvents({ experimentId, file, mapping: tabularSets.fast_food.mapping }).result()
    const analysis = await client
      .runAnalysis({ experimentId, metrics: ['average_order_value', 'revenue_per_visitor'] })
      .result()
    for (const arm of ['2', '3']) {
      const { controlStatistics, treatmentStatistics } = rowOf(analysis, 'average_order_value', arm)
      expect(controlStatistics).toMatchObject({
        n: reference.arms['1']!.locations,
        denominatorTotal: reference.arms['1']!.rows,
      })
      expect(treatmentStatistics).toMatchObject({
        n: reference.arms[arm]!.locations,
        denominatorTotal: reference.arms[arm]!.rows,
      })
      expect([controlStatistics.mean, treatmentStatistics.mean]).toEqualNearly(
        [reference.arms['1']!.mean, reference.arms[arm]!.mean],
        CLOSED_FORM,
      )
      // A shop's four weeks are not independent: Welch on shops has fewer degrees of freedom than there are shops.
      const { degreesOfFreedom } = rowOf(analysis, 'revenue_per_visitor', arm)
      expect(degreesOfFreedom).toBeLessThan(reference.arms['1']!.locations + reference.arms[arm]!.locations)
    }
  })

  test('a file of totals is refused: its numbers are no answers of users', async () => {
    const { client } = run
    const experimentId = await experimentOf('marketing_ab', 'totals')
    const upload = client.uploadEvents({
      experimentId,
      file: sharedFile('marketing_ab/full_counts.csv'),
      mapping: {
        variant: [{ column: 'test group' }],
        constantTimestamp: '2026-01-01T00:00:00Z',
        outcomes: [{ column: 'converted', eventType: 'conversion', kind: 'FLAG' }],
      },
    })
    await expect(upload.result()).rejects.toMatchObject({ code: 'BATCH_QUARANTINED' })
    const errors = await client.batchErrors((await upload).id)
    expect(errors.map(({ row, code, value }) => ({ row, code, value }))).toEqual([
      { row: 1, code: 'NOT_A_FLAG', value: '14423' },
      { row: 2, code: 'NOT_A_FLAG', value: '420' },
    ])
  })

  test('asos: a table of running summaries has no users, and the error says what is missing', async () => {
    const { id: experimentId } = await run.client.createExperiment({ key: 'asos', name: 'asos' })
    const upload = run.client.uploadEvents({
      experimentId,
      file: sharedFile('asos/asos_digital_experiments_dataset.csv.gz'),
    })
    await expect(upload.result()).rejects.toMatchObject({
      code: 'FILE_REJECTED',
      batch: { status: 'FAILED', error: { code: 'MISSING_COLUMN' } },
    })
    const [error] = await run.client.batchErrors((await upload).id)
    expect(error).toMatchObject({ row: null, column: 'user_id', code: 'MISSING_COLUMN' })
    expect(error?.message).toContain('"mean_c"')
  })
})
