import type { Analysis, FairliftClient } from '@fairlift/sdk'
import { describe, expect, test } from 'vitest'
import { checkOf, numbersOf, rowOf } from '../testkit/find-in-analysis.ts'
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
import { experimentFor, landAsProposed, tabularSets } from '../testkit/tabular-sets.ts'
import { useServer } from '../testkit/use-server.ts'

/** Two formats of the same numbers: sums may be added in another order, nothing else differs. */
const SAME_NUMBERS = { relative: 1e-12, absolute: 1e-15 }

describe.skipIf(!hasSharedDatasets)(titleOf('published experiments, read as proposed'), () => {
  const run = useServer()

  describe('udacity_ab: a landing page test with users who saw the wrong page', () => {
    interface Reference {
      raw: { rows: number; mismatched_rows: number; users_with_more_than_one_row: number; distinct_users: number }
      strict: { users_dropped: number; conversion: ProportionReference }
    }

    test('mismatched rows and repeated users are found, left out and reported; the rest gives the published result', async () => {
      const { client } = run
      const { raw, strict } = referenceOf<Reference>('udacity_ab')
      const experimentId = await experimentFor(client, tabularSets.udacity_ab, 'landing-page')
      const { preview, batch } = await landAsProposed(client, experimentId, sharedFile('udacity_ab/ab_data.csv.gz'))

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

      const analysis = await client.runAnalysis({ experimentId, metrics: ['conversion'] }).result()
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
    })
  })

  describe('hillstrom: an e-mail test with three arms', () => {
    type Comparison = 'visit' | 'conversion' | 'spend'
    type Reference = Record<`${Comparison}_${'mens' | 'womens'}_vs_control`, unknown> & { srm_thirds: RatioReference }
    const treatments = { mens: 'Mens E-Mail', womens: 'Womens E-Mail' } as const

    async function analyse(client: FairliftClient, path: string): Promise<Analysis> {
      const set = tabularSets.hillstrom
      const experimentId = await experimentFor(client, set, path.replaceAll(/\W/g, '-'))
      const { preview, batch } = await landAsProposed(client, experimentId, sharedFile(path))
      expect(preview.mapping?.userId).toBeNull()
      expect(preview.mapping?.variant?.[0]?.column).toBe('segment')
      const outcomes = preview.mapping?.outcomes?.map(({ column, kind }) => `${column} ${kind}`)
      expect(outcomes?.toSorted()).toEqual(['conversion FLAG', 'spend VALUE', 'visit FLAG'])
      // 6,562 rows repeat an earlier one: different customers, who must all stay.
      expect(batch).toMatchObject({ rows: 64_000, accepted: 64_000, duplicates: 0 })
      return client.runAnalysis({ experimentId, metrics: [...set.metrics] }).result()
    }

    test('CSV and Parquet give the same rows, and both arms differ from the control as published', async () => {
      const reference = referenceOf<Reference>('hillstrom')
      const csv = await analyse(run.client, 'hillstrom/hillstrom.csv.gz')
      const parquet = await analyse(run.client, 'hillstrom/hillstrom_clean.parquet')

      expect(csv.results).toHaveLength(6)
      expect(numbersOf(parquet)).toEqualNearly(numbersOf(csv), SAME_NUMBERS)
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
    })
  })

  describe('ab_revenue: one row an order, and users in both variants', () => {
    interface Reference {
      counts: { rows: number; distinct_users: number; users_in_both_variants: number }
      users: { revenue: MeanReference; paid: ProportionReference; srm_50_50: RatioReference }
    }

    test('contamination is reported and withholds the verdict; Welch and Mann-Whitney are as published', async () => {
      const { client } = run
      const { counts, users } = referenceOf<Reference>('ab_revenue')
      const experimentId = await experimentFor(client, tabularSets.ab_revenue, 'ab-revenue')
      const { preview, batch } = await landAsProposed(
        client,
        experimentId,
        sharedFile('ab_revenue/AB_Test_Results.csv'),
      )
      expect(preview.mapping).toMatchObject({
        userId: 'USER_ID',
        rowIdentity: 'ROW',
        outcomes: [{ column: 'REVENUE', kind: 'VALUE' }],
      })
      expect(batch).toMatchObject({ rows: counts.rows, rejected: 0, duplicates: 0 })

      const analysis = await client
        .runAnalysis({ experimentId, metrics: ['revenue_per_visitor', 'conversion'] })
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

    const { variants } = tabularSets.marketing_ab.experiment!

    async function analyse(client: FairliftClient, key: string, split: typeof variants): Promise<Analysis> {
      const set = { ...tabularSets.marketing_ab, experiment: { variants: split } }
      const experimentId = await experimentFor(client, set, key)
      await landAsProposed(client, experimentId, sharedFile('marketing_ab/marketing_AB_sample.csv'))
      return client.runAnalysis({ experimentId, metrics: ['conversion'] }).result()
    }

    test('a split of 4/96 passes the ratio check where it was configured, and conversion is as published', async () => {
      const { sample } = referenceOf<Reference>('marketing_ab')
      const analysis = await analyse(run.client, 'ad-96', variants)
      const ratio = checkOf(analysis, 'SAMPLE_RATIO_MISMATCH')
      expect(ratio.verdict).toBe('PASS')
      expect(ratio.pValue).toEqualNearly(sample.srm_96_4.p, { relative: 1e-9 })
      expectProportion(rowOf(analysis, 'conversion'), sample.conversion)
    })

    test('the same file fails the ratio check where halves were configured, and the verdict is withheld', async () => {
      const analysis = await analyse(
        run.client,
        'ad-50',
        variants!.map((variant) => ({ ...variant, trafficSplit: 0.5 })),
      )
      const ratio = checkOf(analysis, 'SAMPLE_RATIO_MISMATCH')
      expect(ratio.verdict).toBe('FAIL')
      // Chi-square is (11298 - 464)² / 11762 = 9979: as a normal deviate 99.9, whose tail is below the least double.
      expect(ratio.pValue).toBe(0)
      expect(ratio.message).toContain('3.9% / 96.1%')
      expect(analysis.decision).toMatchObject({ verdict: 'WITHHELD', treatment: null })
    })
  })
})
