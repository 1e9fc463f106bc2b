import type { FairliftClient, Model, TrainModelInput } from '@fairlift/sdk'
import { describe, expect, test } from 'vitest'
import '../testkit/matchers.ts'
import { parseCsv } from '../testkit/parse-csv.ts'
import { cardAt, levelOf, predicted } from '../testkit/scored-users.ts'
import { hasSharedDatasets, referenceOf, sharedFile, sharedText, titleOf } from '../testkit/shared-datasets.ts'
import { experimentFor, landAsProposed, tabularSets } from '../testkit/tabular-sets.ts'
import { useServer } from '../testkit/use-server.ts'

const SLOW_TEST_MS = 300_000
/** How near statsmodels' fits come: they stop when a step is smaller than this. */
const FITTED = { relative: 1e-7, absolute: 1e-9 }

/** A fit by statsmodels. */
interface Fit {
  names: string[]
  coef: number[]
  se: number[]
}

const numberOf = (fit: Fit, values: number[], name: string) => values[fit.names.indexOf(name)]!

const coefficient = (model: Model, name: string) => model.coefficients.find((column) => column.name === name)!

const train = (client: FairliftClient, input: TrainModelInput): Promise<Model> => client.trainModel(input).result()

/** Coefficients and errors are those of the fit, of each of its columns by the model's name for it. */
function expectColumns(model: Model, fit: Fit, columns: Record<string, string>): void {
  for (const [name, own] of Object.entries(columns)) {
    const { estimate, standardError } = coefficient(model, own)
    const expected = [numberOf(fit, fit.coef, name), numberOf(fit, fit.se, name)]
    expect([estimate, standardError], name).toEqualNearly(expected, { relative: 1e-6, absolute: 1e-9 })
  }
}

async function landed(
  client: FairliftClient,
  set: 'hillstrom' | 'starbucks',
  key: string,
  path: string,
): Promise<string> {
  const experimentId = await experimentFor(client, tabularSets[set], key)
  await landAsProposed(client, experimentId, sharedFile(path))
  return experimentId
}

describe.skipIf(!hasSharedDatasets)(titleOf('models of published experiments'), () => {
  const run = useServer()

  test(
    'udacity_ab: logistic models of conversion, with and without the country, are those of statsmodels',
    { timeout: SLOW_TEST_MS },
    async () => {
      const reference = referenceOf<Record<string, Fit>>('udacity_ab')
      const countries = new Map(
        sharedText('udacity_ab/countries.csv.gz')
          .trim()
          .split('\n')
          .map((line) => line.split(',') as [string, string]),
      )
      // The rows of the reference: group and page agree, and of the one user with two rows the first.
      const seen = new Set<string>()
      const rows = sharedText('udacity_ab/ab_data.csv.gz')
        .trim()
        .split('\n')
        .flatMap((line, index) => {
          const [user, time, group, page, converted] = line.trim().split(',') as [
            string,
            string,
            string,
            string,
            string,
          ]
          if (index === 0) return ['user_id,timestamp,variant_id,converted,country']
          if ((group === 'treatment') !== (page === 'new_page') || seen.has(user)) return []
          seen.add(user)
          return [`${user},${time},${group},${converted},${countries.get(user)}`]
        })
      expect(rows).toHaveLength(290_585)
      const experimentId = await experimentFor(run.client, tabularSets.udacity_ab, 'landing-page')
      await landAsProposed(run.client, experimentId, new File([rows.join('\n')], 'ab_data.csv'))

      const conversion = { experimentId, target: { kind: 'CONVERSION' as const } }
      const plain = await train(run.client, { ...conversion, features: [] })
      const withCountry = await train(run.client, { ...conversion, features: [{ attribute: 'country' }] })
      expect(plain.fit.users).toBe(290_584)
      const one = reference.logit_converted_on_treatment!
      const treatment = coefficient(plain, 'variant=treatment')
      const at = one.names.findIndex((name) => name !== 'const')
      expect([treatment.estimate, treatment.standardError]).toEqualNearly([one.coef[at], one.se[at]], FITTED)

      const fit = reference.logit_converted_on_treatment_and_country_base_CA!
      const own = coefficient(withCountry, 'variant=treatment')
      expect([own.estimate, own.standardError]).toEqualNearly(
        [numberOf(fit, fit.coef, 't'), numberOf(fit, fit.se, 't')],
        FITTED,
      )
      // The reference compares with Canada, the model with the most frequent level, the USA.
      const ofCountry = (name: string) => coefficient(withCountry, `country=${name}`).estimate!
      const us = numberOf(fit, fit.coef, 'country_US')
      expect([-ofCountry('CA'), ofCountry('UK') - ofCountry('CA')]).toEqualNearly(
        [us, numberOf(fit, fit.coef, 'country_UK')],
        FITTED,
      )
      expect(withCountry.leakage).toEqual([])
    },
  )

  test('fast_food: least squares of sales by promotion, with errors by HC3, are those of statsmodels', async () => {
    const fit = referenceOf<{ ols_rows: Fit & { se_HC3: number[] } }>('fast_food').ols_rows
    const { experiment, mapping } = tabularSets.fast_food
    const { id: experimentId } = await run.client.createExperiment({ key: 'sales', name: 'Sales', ...experiment })
    const file = sharedFile('fast_food/WA_Marketing-Campaign.csv')
    // Each row is one of its own, as in the reference.
    await run.client.uploadEvents({ experimentId, file, mapping: { ...mapping, userId: null } }).result()
    const model = await train(run.client, { experimentId, target: { kind: 'REVENUE' }, features: [] })
    expect(model.fit).toMatchObject({ users: 548, covariance: 'HC3' })
    for (const promotion of ['2', '3']) {
      const { estimate, standardError } = coefficient(model, `variant=${promotion}`)
      const name = `promotion_${promotion}`
      expect([estimate, standardError]).toEqualNearly(
        [numberOf(fit, fit.coef, name), numberOf(fit, fit.se_HC3, name)],
        FITTED,
      )
    }
  })

  test(
    'hillstrom: visit, conversion and spend on nine features of its customers',
    { timeout: SLOW_TEST_MS },
    async () => {
      const reference = referenceOf<Record<string, Fit>>('hillstrom')
      const set = tabularSets.hillstrom
      const experimentId = await experimentFor(run.client, set, 'emails')
      await landAsProposed(run.client, experimentId, sharedFile('hillstrom/hillstrom.csv.gz'))
      const names = ['recency', 'history', 'mens', 'womens', 'zip_code', 'newbie', 'channel']
      const features = names.map((attribute) => ({ attribute, topLevels: 12, bins: 10 }))
      const targets = {
        visit: { kind: 'CONVERSION', metric: 'visited' },
        conversion: { kind: 'CONVERSION' },
        spend: { kind: 'REVENUE' },
      } as const
      const fits = { visit: 'logit_visit', conversion: 'logit_conversion', spend: 'ols_spend' }
      const rows = parseCsv(sharedText('hillstrom/hillstrom.csv.gz'))
      for (const [outcome, target] of Object.entries(targets)) {
        const model = await train(run.client, { experimentId, target, features })
        expect(model.fit).toMatchObject({ users: 64_000, isConverged: true })
        expect(model.leakage.map(({ code }) => code)).not.toContain('IDENTIFIER')

        // The fit is that of the rows: what is left of the outcomes adds up to nothing in each group of customers.
        const { card } = await cardAt(model.artifactUrl)
        const sums = new Map<string, number>()
        for (const row of rows) {
          const rest = Number(row[outcome]) - predicted(card, row.segment!, row)
          const groups = [row.segment!, ...names.map((name) => `${name}=${levelOf(card, name, row[name]!)}`)]
          for (const group of groups) sums.set(group, (sums.get(group) ?? 0) + rest)
        }
        for (const [group, sum] of sums) expect(Math.abs(sum), `${outcome}, ${group}`).toBeLessThan(1e-4)

        // The reference has recency and history as numbers, here they are ranges: the arms' effects hardly differ.
        const fit = reference[fits[outcome as keyof typeof fits]]!
        for (const [arm, name] of Object.entries({ 'Mens E-Mail': 'mens_email', 'Womens E-Mail': 'womens_email' })) {
          const { estimate } = coefficient(model, `variant=${arm}`)
          const standardError = numberOf(fit, fit.se, name)
          expect(Math.abs(estimate! - numberOf(fit, fit.coef, name))).toBeLessThan(0.05 * standardError)
        }
      }
    },
  )

  test(
    'hillstrom and starbucks: with their numbers as numbers, the models are those of statsmodels to 1e-6',
    { timeout: SLOW_TEST_MS },
    async () => {
      const number = (attribute: string) => ({ attribute, levels: 'NUMBER' as const })
      const emails = await landed(run.client, 'hillstrom', 'emails as numbers', 'hillstrom/hillstrom.csv.gz')
      const features = [
        ...['recency', 'history', 'mens', 'womens', 'newbie'].map(number),
        ...['zip_code', 'channel'].map((attribute) => ({ attribute })),
      ]
      const hillstrom = referenceOf<Record<string, Fit & { se_HC3: number[] }>>('hillstrom')
      const targets = [
        ['logit_visit', { kind: 'CONVERSION', metric: 'visited' }],
        ['logit_conversion', { kind: 'CONVERSION' }],
        ['ols_spend', { kind: 'REVENUE' }],
      ] as const
      for (const [name, target] of targets) {
        const model = await train(run.client, { experimentId: emails, target, features })
        const fit = hillstrom[name]!
        const columns: Record<string, string> = {
          mens_email: 'variant=Mens E-Mail',
          womens_email: 'variant=Womens E-Mail',
          ...Object.fromEntries(['recency', 'history', 'mens', 'womens', 'newbie'].map((own) => [own, own])),
        }
        expectColumns(model, { ...fit, se: name === 'ols_spend' ? fit.se_HC3 : fit.se }, columns)
        expect(model.features.map(({ kind }) => kind)).toEqual([
          ...new Array<string>(5).fill('NUMERIC'),
          ...new Array<string>(2).fill('CATEGORICAL'),
        ])
        // What the numbers say is shown for ranges of them.
        expect(
          new Set(model.segments.filter(({ feature }) => feature === 'history').map(({ level }) => level)).size,
        ).toBe(5)
      }
      const promotion = await landed(run.client, 'starbucks', 'promotion as numbers', 'starbucks/training.csv.gz')
      const names = ['V1', 'V2', 'V3', 'V4', 'V5', 'V6', 'V7']
      const model = await train(run.client, {
        experimentId: promotion,
        target: { kind: 'CONVERSION' },
        features: names.map(number),
      })
      const fit = referenceOf<{ logit_purchase: Fit }>('starbucks').logit_purchase
      expectColumns(model, fit, {
        const: 'intercept',
        promotion: 'variant=Yes',
        ...Object.fromEntries(names.map((own) => [own, own])),
      })
    },
  )

  test(
    'starbucks: whom the promotion helps can be told, and whom to send it to',
    { timeout: SLOW_TEST_MS },
    async () => {
      const fit = referenceOf<{ logit_purchase: Fit }>('starbucks').logit_purchase
      const set = tabularSets.starbucks
      const experimentId = await experimentFor(run.client, set, 'promotion')
      await landAsProposed(run.client, experimentId, sharedFile('starbucks/training.csv.gz'))
      const names = ['V1', 'V2', 'V3', 'V4', 'V5', 'V6', 'V7']
      const model = await train(run.client, {
        experimentId,
        target: { kind: 'CONVERSION' },
        features: names.map((attribute) => ({ attribute, bins: 4 })),
      })
      expect(model.fit.users).toBe(84_534)
      const promotion = coefficient(model, 'variant=Yes')
      const standardError = numberOf(fit, fit.se, 'promotion')
      expect(Math.abs(promotion.estimate! - numberOf(fit, fit.coef, 'promotion'))).toBeLessThan(0.1 * standardError)
      const [uplift] = model.uplift
      expect(uplift).toMatchObject({ treatment: 'Yes', verdict: 'USABLE_HETEROGENEITY' })
      expect(uplift!.qiniCoefficient!.confidenceInterval!.lower).toBeGreaterThan(0)
      expect(uplift!.curve.at(-1)!.share).toBe(1)
    },
  )
})
