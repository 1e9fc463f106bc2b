import type { Analysis, FairliftClient, MetricResult } from '@fairlift/sdk'
import { describe, expect, test } from 'vitest'
import { checkOf, rowOf } from '../testkit/find-in-analysis.ts'
import '../testkit/matchers.ts'
import { expectMean, expectProportion } from '../testkit/reference-results.ts'
import {
  hasSharedDatasets,
  referenceOf,
  sharedFile,
  titleOf,
  type MeanReference,
  type ProportionReference,
  type RatioReference,
} from '../testkit/shared-datasets.ts'
import { useServer } from '../testkit/use-server.ts'

/** The largest file has 294,478 rows; a busy machine takes its time. */
const SLOW_TEST_MS = 240_000

/** Two formats of the same numbers: sums may be added in another order, nothing else differs. */
const SAME_NUMBERS = { relative: 1e-12, absolute: 1e-15 }

/** Uploads a file as the server proposes to read it. */
async function landAsProposed(client: FairliftClient, experimentId: string, file: File) {
  const preview = await client.previewUpload({ file, experimentId })
  const batch = await client.uploadEvents({ experimentId, file, mapping: preview.mapping }).result()
  return { preview, batch }
}

describe.skipIf(!hasSharedDatasets)(titleOf('published experiments, read as proposed'), () => {
  const run = useServer()

  describe('udacity_ab: a landing page test with users who saw the wrong page', () => {
    interface Reference {
      raw: { rows: number; mismatched_rows: number; users_with_more_than_one_row: number; distinct_users: number }
      strict: { users_dropped: number; conversion: ProportionReference }
    }

    test(
      'mismatched rows and repeated users are found, left out and reported; the rest gives the published result',
      { timeout: SLOW_TEST_MS },
      async () => {
        const { client } = run
        const { raw, strict } = referenceOf<Reference>('udacity_ab')
        const experiment = await client.createExperiment({ key: 'landing-page', name: 'Landing page' })
        const { preview, batch } = await landAsProposed(client, experiment.id, sharedFile('udacity_ab/ab_data.csv.gz'))

        expect(preview).toMatchObject({ format: 'CSV', compression: 'GZIP', shape: 'USERS' })
        expect(preview.mapping?.variant?.map(({ column }) => column)).toEqual(['group', 'landing_page'])
        expect(batch).toMatchObject({
          status: 'LANDED',
          rows: raw.rows,
          accepted: raw.rows,
          rejected: 0,
          duplicates: 0,
        })
        const mismatched = batch.warnings.find(({ code }) => code === 'VARIANT_COLUMNS_DISAGREE')
        expect(mismatched?.count).toBe(raw.mismatched_rows)

        const analysis = await client.runAnalysis({ experimentId: experiment.id, metrics: ['conversion'] }).result()
        expect(checkOf(analysis, 'VARIANT_COLUMNS_DISAGREE')).toMatchObject({
          verdict: 'WARN',
          count: raw.mismatched_rows,
          share: raw.mismatched_rows / raw.rows,
        })
        expect(checkOf(analysis, 'USERS_IN_SEVERAL_VARIANTS')).toMatchObject({
          verdict: 'WARN',
          count: strict.users_dropped,
          share: strict.users_dropped / raw.distinct_users,
        })
        expect(checkOf(analysis, 'REPEATED_EXPOSURES').count).toBe(raw.users_with_more_than_one_row)
        expectProportion(rowOf(analysis, 'conversion'), strict.conversion)
      },
    )
  })

  describe('hillstrom: an e-mail test with three arms', () => {
    type Comparison = 'visit' | 'conversion' | 'spend'
    type Reference = Record<`${Comparison}_${'mens' | 'womens'}_vs_control`, unknown> & { srm_thirds: RatioReference }
    const treatments = { mens: 'Mens E-Mail', womens: 'Womens E-Mail' } as const

    async function analyse(client: FairliftClient, path: string): Promise<Analysis> {
      const metric = 'visited'
      if (!(await client.metrics()).some(({ key }) => key === metric)) {
        await client.defineMetric({
          key: metric,
          name: 'Visited the shop',
          kind: 'PROPORTION',
          numerator: { aggregation: 'ANY', eventTypes: ['visit'] },
        })
      }
      const experiment = await client.createExperiment({
        key: path.replaceAll(/\W/g, '-'),
        name: 'E-mail',
        variants: [
          { key: 'No E-Mail', role: 'CONTROL', trafficSplit: 1 / 3 },
          { key: treatments.mens, role: 'TREATMENT', trafficSplit: 1 / 3 },
          { key: treatments.womens, role: 'TREATMENT', trafficSplit: 1 / 3 },
        ],
      })
      const { preview, batch } = await landAsProposed(client, experiment.id, sharedFile(path))
      expect(preview.mapping?.userId).toBeNull()
      expect(preview.mapping?.variant?.[0]?.column).toBe('segment')
      const outcomes = preview.mapping?.outcomes?.map(({ column, kind }) => `${column} ${kind}`)
      expect(outcomes?.toSorted()).toEqual(['conversion FLAG', 'spend VALUE', 'visit FLAG'])
      // 6,562 rows repeat an earlier one: different customers, who must all stay.
      expect(batch).toMatchObject({ rows: 64_000, accepted: 64_000, duplicates: 0 })
      return client
        .runAnalysis({ experimentId: experiment.id, metrics: [metric, 'conversion', 'revenue_per_visitor'] })
        .result()
    }

    test(
      'CSV and Parquet give the same rows, and both arms differ from the control as published',
      { timeout: SLOW_TEST_MS },
      async () => {
        const reference = referenceOf<Reference>('hillstrom')
        const csv = await analyse(run.client, 'hillstrom/hillstrom.csv.gz')
        const parquet = await analyse(run.client, 'hillstrom/hillstrom_clean.parquet')

        expect(csv.results).toHaveLength(6)
        expect(parquet.results.map(numbersOf)).toEqualNearly(csv.results.map(numbersOf), SAME_NUMBERS)
        for (const analysis of [csv, parquet]) {
          for (const [arm, treatment] of Object.entries(treatments) as ['mens' | 'womens', string][]) {
            const expected = (name: Comparison) => reference[`${name}_${arm}_vs_control`]
            expectProportion(rowOf(analysis, 'visited', treatment), expected('visit') as ProportionReference)
            expectProportion(rowOf(analysis, 'conversion', treatment), expected('conversion') as ProportionReference)
            expectMean(rowOf(analysis, 'revenue_per_visitor', treatment), expected('spend') as MeanReference)
          }
          const ratio = checkOf(analysis, 'SAMPLE_RATIO_MISMATCH')
          expect(ratio.verdict).toBe('PASS')
          expect(ratio.pValue).toEqualNearly(reference.srm_thirds.p, { relative: 1e-9 })
        }
      },
    )

    /** All that a row says, without the ids of this experiment. */
    function numbersOf({ id: _, metric, control, treatment, ...row }: MetricResult) {
      return { ...row, metric: metric.key, control: control.key, treatment: treatment.key }
    }
  })

  describe('ab_revenue: one row an order, and users in both variants', () => {
    interface Reference {
      counts: { rows: number; distinct_users: number; users_in_both_variants: number }
      users: { revenue: MeanReference; paid: ProportionReference; srm_50_50: RatioReference }
    }

    test('contamination is reported and withholds the verdict; Welch and Mann-Whitney are as published', async () => {
      const { client } = run
      const { counts, users } = referenceOf<Reference>('ab_revenue')
      const experiment = await client.createExperiment({
        key: 'ab-revenue',
        name: 'Revenue',
        variants: [
          { key: 'control', role: 'CONTROL' },
          { key: 'variant', role: 'TREATMENT' },
        ],
      })
      const { preview, batch } = await landAsProposed(
        client,
        experiment.id,
        sharedFile('ab_revenue/AB_Test_Results.csv'),
      )
      expect(preview.mapping).toMatchObject({
        userId: 'USER_ID',
        rowIdentity: 'ROW',
        outcomes: [{ column: 'REVENUE', kind: 'VALUE' }],
      })
      expect(batch).toMatchObject({ rows: counts.rows, rejected: 0, duplicates: 0 })

      const analysis = await client
        .runAnalysis({ experimentId: experiment.id, metrics: ['revenue_per_visitor', 'conversion'] })
        .result()
      expect(checkOf(analysis, 'USERS_IN_SEVERAL_VARIANTS')).toMatchObject({
        verdict: 'FAIL',
        count: counts.users_in_both_variants,
        share: counts.users_in_both_variants / counts.distinct_users,
      })
      expect(analysis.decision.verdict).toBe('WITHHELD')
      expectMean(rowOf(analysis, 'revenue_per_visitor'), users.revenue)
      expectProportion(rowOf(analysis, 'conversion'), users.paid)
      expect(checkOf(analysis, 'SAMPLE_RATIO_MISMATCH').pValue).toEqualNearly(users.srm_50_50.p, { relative: 1e-9 })
    })
  })

  describe('marketing_ab: 96 of 100 users were shown the ad', () => {
    interface Reference {
      sample: { rows: number; conversion: ProportionReference; srm_96_4: RatioReference }
    }

    async function analyse(client: FairliftClient, key: string, [psa, ad]: [number, number]): Promise<Analysis> {
      const experiment = await client.createExperiment({
        key,
        name: 'Ad',
        variants: [
          { key: 'psa', role: 'CONTROL', trafficSplit: psa },
          { key: 'ad', role: 'TREATMENT', trafficSplit: ad },
        ],
      })
      await landAsProposed(client, experiment.id, sharedFile('marketing_ab/marketing_AB_sample.csv'))
      return client.runAnalysis({ experimentId: experiment.id, metrics: ['conversion'] }).result()
    }

    test('a split of 4/96 passes the ratio check where it was configured, and conversion is as published', async () => {
      const { sample } = referenceOf<Reference>('marketing_ab')
      const analysis = await analyse(run.client, 'ad-96', [0.04, 0.96])
      const ratio = checkOf(analysis, 'SAMPLE_RATIO_MISMATCH')
      expect(ratio.verdict).toBe('PASS')
      expect(ratio.pValue).toEqualNearly(sample.srm_96_4.p, { relative: 1e-9 })
      expectProportion(rowOf(analysis, 'conversion'), sample.conversion)
    })

    test('the same file fails the ratio check where halves were configured, and the verdict is withheld', async () => {
      const analysis = await analyse(run.client, 'ad-50', [0.5, 0.5])
      const ratio = checkOf(analysis, 'SAMPLE_RATIO_MISMATCH')
      expect(ratio.verdict).toBe('FAIL')
      // Chi-square is (11298 - 464)² / 11762 = 9979: as a normal deviate 99.9, whose tail is below the least double.
      expect(ratio.pValue).toBe(0)
      expect(ratio.message).toContain('3.9% / 96.1%')
      expect(analysis.decision).toMatchObject({ verdict: 'WITHHELD', treatment: null })
    })
  })
})
