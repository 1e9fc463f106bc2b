/** Numbers that are in a model as they are, beside fits of single users with the number as a column. */
import { describe, expect, it } from 'vitest'
import { linearRegression } from '../stats/regression/linear-regression.ts'
import { regressionCovariance } from '../stats/regression/regression-covariance.ts'
import { isNotComputable } from '../stats/not-computable.ts'
import { cardFromJson, cardToJson } from './card-json.ts'
import { denseRows } from './dense-rows.contract.ts'
import { families } from './family.ts'
import { fitGlm } from './fit-glm.ts'
import { cellsOf, type Rows, trainingOf } from './group-rows.contract.ts'
import type { ModelCard } from './model-card.ts'
import type { ModelQuestion, TargetKind } from './model-question.ts'
import { drawRows } from './population.contract.ts'
import { predict } from './predict.ts'
import { trainModel } from './train-model.ts'

const AGES = Array.from({ length: 40 }, (_, i) => 18.5 + i)
const RANGES = ['below 30', '30 to below 50', '50 or more']

/** Users with an age in years and a device; the last of the ages is not known. */
function people(target: TargetKind & ('CONVERSION' | 'REVENUE'), hasMissing = false): Rows {
  const rows = drawRows({
    users: 3000,
    seed: 31,
    features: [AGES.length, 3],
    eta: (variant, [age, device]) => -1 + 0.3 * variant + 0.03 * age! - 0.2 * device! + 0.01 * age! * variant,
    target,
  })
  const numbers = hasMissing ? [...AGES.slice(0, -1), Number.NaN] : AGES
  const levels = hasMissing ? [...RANGES, '(missing)'] : RANGES
  const change = { edges: [30, 50], missing: hasMissing ? 3 : null, reference: null }
  return { ...rows, features: [{ name: 'age', levels, numbers, change }, rows.features[1]!] }
}

function cardOf(rows: Rows, target: TargetKind, question: Partial<ModelQuestion> = {}): ModelCard {
  const model = trainModel(trainingOf(cellsOf(rows), target, question))
  if (model.kind === 'notComputable') throw new Error(model.message)
  return cardFromJson(cardToJson(model.card))
}

/** Treatment, age, devices, age of the treated. */
function columnsOf({ variant, levels }: Rows): number[][] {
  const ages = levels[0]!.map((level) => AGES[level]!)
  const devices = [1, 2].map((device) => levels[1]!.map((level) => (level === device ? 1 : 0)))
  return [variant, ages, ...devices, ages.map((age, i) => age * variant[i]!)]
}

function near(actual: number | null, expected: number, tolerance = 1e-9): void {
  expect(Math.abs(actual! / expected - 1), `${actual} beside ${expected}`).toBeLessThan(tolerance)
}

describe('a number in a model', () => {
  it('has the coefficients and errors of single users: least squares with HC3, and its interaction', () => {
    const rows = people('REVENUE')
    const card = cardOf(rows, 'REVENUE', { interactions: ['age'] })
    const columns = columnsOf(rows)
    const model = linearRegression({ predictors: columns, y: rows.y })
    if (isNotComputable(model)) throw new Error(model.message)
    const covariance = regressionCovariance(model, 'HC3')!
    expect(card.coefficients.map(({ name }) => name)).toEqual([
      ...['intercept', 'variant=treatment 1', 'age'],
      ...['feature 2=level 1', 'feature 2=level 2', 'variant=treatment 1:age'],
    ])
    card.coefficients.forEach(({ estimate, standardError }, j) => {
      near(estimate, model.coefficients[j]!)
      near(standardError, Math.sqrt(covariance[j]![j]!))
    })
    const ages = columns[1]!
    const mean = ages.reduce((sum, age) => sum + age / ages.length, 0)
    const deviation = Math.sqrt(ages.reduce((sum, age) => sum + (age - mean) ** 2 / ages.length, 0))
    near(card.coefficients[2]!.standardised, model.coefficients[2]! * deviation)
  })

  it('has those of a logistic regression, and effects are told for its ranges', () => {
    const rows = people('CONVERSION')
    const card = cardOf(rows, 'CONVERSION', { interactions: ['age'] })
    const columns = columnsOf(rows)
    const x = denseRows(rows.y.map((_, i) => columns.map((column) => column[i]!)))
    const fit = fitGlm({
      rows: x,
      family: families.logistic,
      weights: new Float64Array(x.rows).fill(1),
      means: Float64Array.from(rows.y),
      kept: Int32Array.from({ length: x.columns }, (_, j) => j),
      penalty: new Float64Array(x.columns),
    })
    card.coefficients.forEach(({ estimate, standardError }, j) => {
      near(estimate, fit.coefficients[j]!)
      near(standardError, Math.sqrt(fit.inverse[j * x.columns + j]!))
    })
    const of = card.segments.filter(({ feature }) => feature === 'age')
    expect(of.map(({ level }) => level)).toEqual(RANGES)
    expect(of.reduce((sum, { users }) => sum + users, 0)).toBe(3000)
    // Of the young: with everybody in the treatment, and in the control.
    const young = rows.y.flatMap((_, i) => (AGES[rows.levels[0]![i]!]! < 30 ? [i] : []))
    const meanIf = (variant: number) =>
      young.reduce((sum, i) => {
        const row = [variant, ...columns.slice(1, 4).map((column) => column[i]!), variant * columns[1]![i]!]
        const eta = row.reduce((total, value, j) => total + value * fit.coefficients[j + 1]!, fit.coefficients[0]!)
        return sum + families.logistic.mean(eta) / young.length
      }, 0)
    near(of[0]!.delta.estimate, meanIf(1) - meanIf(0), 1e-8)
  })

  it('predicts any number from the card, and the level of users of whom it is not known', () => {
    const rows = people('CONVERSION', true)
    const card = cardOf(rows, 'CONVERSION', { interactions: ['age'] })
    const names = card.coefficients.map(({ name }) => name)
    expect(names).toContain('age=(missing)')
    const at = (name: string) => card.coefficients.find((column) => column.name === name)!.estimate!
    const levels = { 'feature 2': 'level 0' }
    const odds = (p: number) => Math.log(p / (1 - p))
    const old = predict(card, { variant: 'treatment 1', levels: { age: '81.25', ...levels } }).estimate
    const expected = at('intercept') + at('variant=treatment 1') + 81.25 * (at('age') + at('variant=treatment 1:age'))
    near(odds(old), expected)
    const unknown = predict(card, { variant: 'control', levels: { age: '(missing)', ...levels } }).estimate
    near(odds(unknown), at('intercept') + at('age=(missing)'))
    const wrong = { variant: 'control', levels: { age: 'old', ...levels } }
    expect(() => predict(card, wrong)).toThrow('age must be a number or (missing), got old')
  })

  it('whose values are all in one range explains as much as in several, and nothing is said against it', () => {
    const rows = people('REVENUE')
    const [age, device] = rows.features
    const features = [{ ...age!, levels: ['all'], change: { ...age!.change, edges: [] } }, device!]
    const warned = cardOf({ ...rows, features }, 'REVENUE').warnings.map(({ code }) => code)
    expect(warned).not.toContain('SINGLE_LEVEL')
    const constant = [
      { ...features[0]!, numbers: AGES.map(() => 30), change: { ...features[0]!.change, distinctValues: 1 } },
      device!,
    ]
    const card = cardOf({ ...rows, features: constant }, 'REVENUE')
    expect(card.warnings.map(({ code, feature }) => `${code} ${feature}`)).toContain('SINGLE_LEVEL age')
  })

  it('far from 0 with little spread, as times and serial numbers are, has the slope and errors of what it differs by', () => {
    const rows = people('REVENUE', true)
    const [age, device] = rows.features
    for (const offset of [1e8, -1e12]) {
      const numbers = age!.numbers!.map((years) => years + offset)
      const change = { ...age!.change, edges: [30 + offset, 50 + offset] }
      const features = [{ ...age!, numbers, change }, device!]
      const question = { interactions: ['age'] }
      const card = cardOf({ ...rows, features }, 'REVENUE', question)
      const near0 = cardOf(rows, 'REVENUE', question)
      for (const name of ['age', 'variant=treatment 1:age']) {
        const [far, own] = [card, near0].map((one) => one.coefficients.find((column) => column.name === name)!)
        near(far!.estimate, own!.estimate!, 1e-7)
        near(far!.standardError, own!.standardError!, 1e-7)
      }
      near(card.effects[0]!.delta.estimate, near0.effects[0]!.delta.estimate, 1e-7)
      expect(card.importance[0]!.permutedDeviance).toBeCloseTo(near0.importance[0]!.permutedDeviance!, 3)
      for (const own of [41.25, Number.NaN]) {
        const asked = (at: number) => ({
          variant: 'treatment 1',
          levels: { age: Number.isNaN(own) ? '(missing)' : String(own + at), 'feature 2': 'level 1' },
        })
        const [far, there] = [predict(card, asked(offset)), predict(near0, asked(0))]
        near(far.estimate, there.estimate, 1e-7)
        near(far.standardError, there.standardError, 1e-7)
      }
      expect(card.features[0]!.centre).toBeCloseTo(offset + 37, -1)
      expect(near0.features[0]!.centre).toBe(0)
    }
  })

  it('is penalised by its effect per standard deviation: its unit does not matter', () => {
    const rows = people('CONVERSION')
    const [age, device] = rows.features
    const inDays = { ...rows, features: [{ ...age!, numbers: AGES.map((years) => 365 * years) }, device!] }
    const question = { penalty: 50, interactions: ['age'] }
    const [years, days] = [rows, inDays].map((own) => cardOf(own, 'CONVERSION', question)) as [ModelCard, ModelCard]
    expect(years.coefficients[2]!.estimate).not.toBeCloseTo(cardOf(rows, 'CONVERSION').coefficients[2]!.estimate!, 4)
    near(days.coefficients[2]!.estimate! * 365, years.coefficients[2]!.estimate!)
    near(days.effects[0]!.delta.estimate, years.effects[0]!.delta.estimate)
  })

  it('that is a copy of the target is named; so is one that differs between the variants', () => {
    const rows = people('CONVERSION')
    // Who converted has a number above 100, whatever the range.
    const numbers = [...AGES, ...AGES.map((age) => age + 100)]
    const copied = rows.levels[0]!.map((level, i) => level + AGES.length * rows.y[i]!)
    const [age, device] = rows.features
    const leaking = { ...rows, features: [{ ...age!, numbers }, device!], levels: [copied, rows.levels[1]!] }
    const card = cardOf(leaking, 'CONVERSION', { penalty: 1 })
    expect(card.leakage).toContainEqual(expect.objectContaining({ code: 'SEPARATES_TARGET', feature: 'age' }))
    const without = trainModel(trainingOf(cellsOf(leaking), 'CONVERSION', { penalty: 0 }))
    expect(without).toMatchObject({ reason: 'separated' })

    const later = rows.levels[0]!.map((level, i) => Math.min(AGES.length - 1, level + 15 * rows.variant[i]!))
    const moved = cardOf({ ...rows, levels: [later, rows.levels[1]!] }, 'CONVERSION')
    expect(moved.leakage.map(({ code, feature }) => `${code} ${feature}`)).toEqual(['DIFFERS_BETWEEN_VARIANTS age'])
  })

  it('of many values is dealt out as means of neighbours: its importance is that of all permutations to a percent', () => {
    const rows = people('REVENUE')
    const many = Array.from({ length: 3000 }, (_, i) => 20 + i / 60)
    const own = rows.y.map((_, i) => (i * 1237) % 3000)
    const y = rows.y.map((value, i) => value + 0.2 * many[own[i]!]!)
    const [age, device] = rows.features
    const features = [{ ...age!, numbers: many }, device!]
    const card = cardOf({ ...rows, features, levels: [own, rows.levels[1]!], y }, 'REVENUE')
    // Least squares lose twice the slope's square times the number's variance, but for what its chance correlations say.
    const slope = card.coefficients.find(({ name }) => name === 'age')!
    near(card.importance[0]!.permutedDeviance, 2 * 3000 * slope.standardised! ** 2, 0.02)
  })
})
