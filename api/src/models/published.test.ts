/**
 * Published experiments, fitted from cells, beside statsmodels' fits of the rows. Its iterations stop at about 1e-8.
 */
import { expect, it } from 'vitest'
import { denseRows } from './dense-rows.contract.ts'
import { families } from './family.ts'
import { fitGlm, type GlmFit } from './fit-glm.ts'
import { cellsOf, trainingOf } from './group-rows.contract.ts'
import type { ModelCard } from './model-card.ts'
import { emptyOutcome, addUsers } from './outcome.ts'
import { rankArms } from './ranked-arms.ts'
import { qiniCoefficient } from './qini-coefficient.ts'
import { linearPredictor } from './sparse-rows.ts'
import { csvRows, describeDataset, referenceOf } from './shared-datasets.contract.ts'
import { trainModel } from './train-model.ts'
import { upliftCurve } from './uplift-curve.ts'

interface Fit {
  coef: number[]
  se: number[]
  llf: number
  rss: number
  r2: number
  se_HC1: number[]
  se_HC3: number[]
}

function near(actual: number | null | undefined, expected: number, relative = 1e-7): void {
  expect(Math.abs(actual! / expected - 1), `${actual} beside ${expected}`).toBeLessThan(relative)
}

function cardOf(...training: Parameters<typeof trainModel>): ModelCard {
  const model = trainModel(...training)
  if (model.kind === 'notComputable') throw new Error(model.message)
  return model.card
}

/** A logistic regression on cells of users with equal numbers, and predictions for such numbers. */
function logistic(x: number[][], y: number[]): GlmFit & { predict(x: number[][]): Float64Array } {
  const groups = new Map<string, { x: number[]; n: number; successes: number }>()
  x.forEach((row, i) => {
    const key = row.join()
    const group = groups.get(key) ?? { x: row, n: 0, successes: 0 }
    groups.set(key, { x: row, n: group.n + 1, successes: group.successes + y[i]! })
  })
  const cells = [...groups.values()]
  const rows = denseRows(cells.map((cell) => cell.x))
  const fit = fitGlm({
    rows,
    family: families.logistic,
    weights: Float64Array.from(cells, ({ n }) => n),
    means: Float64Array.from(cells, ({ n, successes }) => successes / n),
    kept: Int32Array.from({ length: rows.columns }, (_, j) => j),
    penalty: new Float64Array(rows.columns),
  })
  return {
    ...fit,
    predict: (others) => linearPredictor(denseRows(others), fit.coefficients).map(families.logistic.mean),
  }
}

function expectFit(fit: GlmFit, expected: Fit): void {
  const k = expected.coef.length
  expected.coef.forEach((coefficient, j) => {
    near(
      fit.coefficients[j],
      coefficient,
      (1e-7 * Math.max(Math.abs(coefficient), expected.se[j]!)) / Math.abs(coefficient),
    )
    near(Math.sqrt(fit.inverse[j * k + j]!), expected.se[j]!)
  })
  near(-fit.loss / 2, expected.llf)
}

const foldsOf = (length: number) => Array.from({ length }, (_, i) => i % 5)

describeDataset('Udacity: conversions by landing page and country', () => {
  const reference = referenceOf<Record<string, Fit>>('udacity_ab')
  const countries = new Map(csvRows('udacity_ab/countries.csv.gz').map((row) => [row['user_id']!, row['country']!]))
  const seen = new Set<string>()
  // The published cleaning: pages that disagree with the group go, and of a user who comes twice the second row.
  const users = csvRows('udacity_ab/ab_data.csv.gz').filter((row) => {
    const agrees = (row['group'] === 'treatment') === (row['landing_page'] === 'new_page')
    if (!agrees || seen.has(row['user_id']!)) return false
    seen.add(row['user_id']!)
    return true
  })
  const names = ['CA', 'UK', 'US']
  const cells = cellsOf({
    variants: ['control', 'treatment'],
    features: [{ name: 'country', levels: names }],
    variant: users.map((row) => (row['group'] === 'treatment' ? 1 : 0)),
    levels: [users.map((row) => names.indexOf(countries.get(row['user_id']!)!))],
    fold: foldsOf(users.length),
    y: users.map((row) => Number(row['converted'])),
  })

  it('treatment and country have the coefficients of the rows', () => {
    const card = cardOf(trainingOf(cells, 'CONVERSION'))
    const expected = reference['logit_converted_on_treatment_and_country_base_CA']!
    card.coefficients.forEach(({ estimate, standardError }, j) => {
      near(estimate, expected.coef[j]!)
      near(standardError, expected.se[j]!)
    })
    near(-card.fit.deviance / 2, expected.llf)
    expect(card.leakage).toEqual([])
    expect(card.uplift[0]!.verdict).toBe('NO_USABLE_HETEROGENEITY')
  })
})

describeDataset('Fast food: sales by promotion', () => {
  it('effects and robust errors are those of the rows', () => {
    const expected = referenceOf<Record<string, Fit>>('fast_food')['ols_rows']!
    const rows = csvRows('fast_food/WA_Marketing-Campaign.csv')
    const card = cardOf(
      trainingOf(
        cellsOf({
          variants: ['1', '2', '3'],
          features: [],
          variant: rows.map((row) => Number(row['Promotion']) - 1),
          levels: [],
          fold: foldsOf(rows.length),
          y: rows.map((row) => Number(row['SalesInThousands'])),
        }),
        'REVENUE',
      ),
    )
    card.coefficients.forEach(({ estimate, standardError }, j) => {
      near(estimate, expected.coef[j]!, 1e-10)
      near(standardError, expected.se_HC3[j]!, 1e-10)
    })
    near(card.fit.deviance, expected.rss, 1e-10)
    near(card.validation.training.kind === 'REGRESSION' ? card.validation.training.r2 : null, expected.r2, 1e-10)
    near(card.effects[0]!.delta.estimate, expected.coef[1]!, 1e-10)
  })
})

interface TLearner {
  treatment_model: Fit
  control_model: Fit
  first_10_uplifts: number[]
  mean_uplift: number
  qini: Record<'uplift_area' | 'uplift_random_area' | 'uplift_end', number> & {
    uplift_at_fraction: Record<string, number>
  }
}

/** One model an arm; the curve of the difference of both, on the users it was fitted to. */
function expectTLearner(x: number[][], treated: boolean[], y: number[], expected: TLearner): void {
  const of = <Value>(values: Value[], arm: boolean) => values.filter((_, i) => treated[i] === arm)
  const [control, treatment] = [false, true].map((arm) => logistic(of(x, arm), of(y, arm)))
  expectFit(treatment!, expected.treatment_model)
  expectFit(control!, expected.control_model)
  const without = control!.predict(x)
  const uplift = treatment!.predict(x).map((p, i) => p - without[i]!)
  // Differences of probabilities: their digits are those of the probabilities.
  expected.first_10_uplifts.forEach((value, i) => expect(Math.abs(uplift[i]! - value)).toBeLessThan(1e-8))
  near(
    uplift.reduce((sum, value) => sum + value / x.length, 0),
    expected.mean_uplift,
  )
  const arms = [emptyOutcome(x.length, false), emptyOutcome(x.length, false)] as const
  y.forEach((value, i) => {
    const one = { n: Float64Array.of(1), mean: Float64Array.of(value), m2: Float64Array.of(0), denominator: null }
    addUsers(arms[treated[i] ? 1 : 0], i, one, 0)
  })
  const ranked = rankArms(uplift, ...arms)
  const { qini } = expected
  for (const { share, gain } of upliftCurve([ranked], 0.95).slice(1)) {
    const value = qini.uplift_at_fraction[share.toFixed(1)]
    // Where the curve is cut depends on how users of equal score are taken.
    if (value !== undefined && Number.isInteger(Math.round(share * 100) / 10)) near(gain * x.length, value, 0.01)
  }
  near(upliftCurve([ranked], 0.95).at(-1)!.gain * x.length, qini.uplift_end, 1e-10)
  near(qiniCoefficient([ranked], 0.95)!.estimate, (qini.uplift_area - qini.uplift_random_area) / x.length, 0.02)
}

describeDataset('Hillstrom: visits and conversions by e-mail', () => {
  const reference = referenceOf<Record<string, Fit> & { uplift_t_learner_logit_visit_womens: TLearner }>('hillstrom')
  const rows = csvRows('hillstrom/hillstrom.csv.gz')
  const known = rows.map((row) => [
    ...['recency', 'history', 'mens', 'womens', 'newbie'].map((name) => Number(row[name])),
    ...['Surburban', 'Urban'].map((zip) => (row['zip_code'] === zip ? 1 : 0)),
    ...['Phone', 'Web'].map((channel) => (row['channel'] === channel ? 1 : 0)),
  ])
  const emails = rows.map((row) => ['Mens E-Mail', 'Womens E-Mail'].map((arm) => (row['segment'] === arm ? 1 : 0)))

  it.each(['visit', 'conversion'])('the logistic model of %s', (target) => {
    const fit = logistic(
      known.map((row, i) => [...emails[i]!, ...row]),
      rows.map((row) => Number(row[target])),
    )
    expectFit(fit, reference[`logit_${target}`]!)
  })

  it('who visits because of the e-mail to women', () => {
    const used = [...rows.keys()].filter((i) => rows[i]!['segment'] !== 'Mens E-Mail')
    const pick = <Value>(of: (i: number) => Value) => used.map(of)
    expectTLearner(
      pick((i) => known[i]!),
      pick((i) => rows[i]!['segment'] === 'Womens E-Mail'),
      pick((i) => Number(rows[i]!['visit'])),
      reference.uplift_t_learner_logit_visit_womens,
    )
  })

  it('visits have usable heterogeneity, by what was bought before', () => {
    const zips = ['Rural', 'Surburban', 'Urban']
    const channels = ['Multichannel', 'Phone', 'Web']
    const women = rows.filter((row) => row['segment'] !== 'Mens E-Mail')
    const card = cardOf(
      trainingOf(
        cellsOf({
          variants: ['No E-Mail', 'Womens E-Mail'],
          features: [
            { name: 'womens', levels: ['0', '1'] },
            { name: 'newbie', levels: ['0', '1'] },
            { name: 'zip_code', levels: zips },
            { name: 'channel', levels: channels },
          ],
          variant: women.map((row) => (row['segment'] === 'Womens E-Mail' ? 1 : 0)),
          levels: [
            women.map((row) => Number(row['womens'])),
            women.map((row) => Number(row['newbie'])),
            women.map((row) => zips.indexOf(row['zip_code']!)),
            women.map((row) => channels.indexOf(row['channel']!)),
          ],
          fold: foldsOf(women.length),
          y: women.map((row) => Number(row['visit'])),
        }),
        'CONVERSION',
      ),
    )
    expect(card.uplift[0]).toMatchObject({ verdict: 'USABLE_HETEROGENEITY' })
    expect(card.leakage).toEqual([])
  })
})

describeDataset('Starbucks: purchases by promotion', () => {
  const reference = referenceOf<Record<string, Fit> & { uplift_t_learner_logit_purchase: TLearner }>('starbucks')
  const rows = csvRows('starbucks/training.csv.gz')
  const x = rows.map((row) => ['V1', 'V2', 'V3', 'V4', 'V5', 'V6', 'V7'].map((name) => Number(row[name])))
  const treated = rows.map((row) => row['Promotion'] === 'Yes')
  const y = rows.map((row) => Number(row['purchase']))

  it('the logistic model', () => {
    expectFit(
      logistic(
        x.map((row, i) => [treated[i] ? 1 : 0, ...row]),
        y,
      ),
      reference['logit_purchase']!,
    )
  })

  it('who buys because of the promotion', () => {
    expectTLearner(x, treated, y, reference.uplift_t_learner_logit_purchase)
  })
})
