/**
 * A published e-mail test of 64,000 customers, whose spending of the year before is known: covariate adjustment,
 * regression and analysis of variance, beside what statsmodels and SciPy found. Skipped without the files.
 */
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { coMomentsOf } from './co-moments.ts'
import { cupedAdjustment } from './cuped.ts'
import { cupedTest } from './cuped-test.ts'
import { momentsOf } from './moments.ts'
import { isNotComputable, type NotComputable } from './not-computable.ts'
import { oneWayAnova } from './one-way-anova.ts'
import { linearRegression } from './regression/linear-regression.ts'
import { regressionCovariance } from './regression/regression-covariance.ts'

const FOLDER = new URL('../../../../shared/datasets/hillstrom/', import.meta.url)
const found = existsSync(FOLDER)

interface Adjusted {
  theta: number
  mean_control_adj: number
  diff_adj: number
  welch_t: number
  p: number
  ci: [number, number]
}
interface Results {
  cuped_spend_by_history_mens_vs_control: Adjusted
  cuped_spend_by_history_womens_vs_control: Adjusted
  spend_anova: { F: number; df: [number, number]; p: number }
  ols_spend: Record<'coef' | 'se' | 'se_HC0' | 'se_HC1' | 'se_HC2' | 'se_HC3', number[]> & { rss: number; r2: number }
}

function near(actual: number, expected: number, relative = 1e-9): void {
  expect(Math.abs(actual / expected - 1), `${actual} beside ${expected}`).toBeLessThan(relative)
}

function computed<Result extends { kind: string }>(result: Result | NotComputable): Result {
  if (isNotComputable(result)) throw new Error(result.message)
  return result as Result
}

describe(found ? 'Hillstrom' : 'Hillstrom (skipped: no files)', () => {
  if (!found) return it.skip('the data set is not here', () => undefined)
  const { results } = JSON.parse(readFileSync(new URL('reference.json', FOLDER), 'utf8')) as { results: Results }
  const text = gunzipSync(readFileSync(new URL('hillstrom.csv.gz', FOLDER))).toString('utf8')
  const [header, ...lines] = text.trimEnd().split('\r\n')
  const names = header!.split(',')
  const rows = lines.map((line) => {
    // The quoted name of a range of spending holds a comma.
    const fields = line.replace(/"[^"]*"/, '').split(',')
    return Object.fromEntries(names.map((name, i) => [name, fields[i]!]))
  })
  const arms = ['No E-Mail', 'Mens E-Mail', 'Womens E-Mail'].map((arm) => rows.filter(({ segment }) => segment === arm))
  const column = (of: typeof rows, name: string) => of.map((row) => Number(row[name]))

  it.each([
    ['cuped_spend_by_history_mens_vs_control', 1],
    ['cuped_spend_by_history_womens_vs_control', 2],
  ] as const)('%s', (name, treatment) => {
    const expected = results[name]
    const pair = [arms[0]!, arms[treatment]!].map((arm) => coMomentsOf([column(arm, 'spend'), column(arm, 'history')]))
    const adjustment = cupedAdjustment(pair, { pooling: 'joint' })
    const test = computed(cupedTest(pair[0]!, pair[1]!, adjustment))
    near(adjustment.theta[0]!, expected.theta)
    near(test.estimate, expected.diff_adj)
    near(test.statistic, expected.welch_t)
    near(test.pValue, expected.p, 1e-8)
    near(test.confidenceInterval.lower!, expected.ci[0])
    near(test.confidenceInterval.upper!, expected.ci[1])
    // What the variation within the arms says differs by next to nothing: the arms were drawn at random.
    near(computed(cupedTest(pair[0]!, pair[1]!, cupedAdjustment(pair))).estimate, expected.diff_adj, 1e-4)
  })

  it('analysis of variance of three arms', () => {
    const anova = computed(oneWayAnova(arms.map((arm) => momentsOf(column(arm, 'spend')))))
    expect([anova.degreesOfFreedomBetween, anova.degreesOfFreedomWithin]).toEqual(results.spend_anova.df)
    near(anova.statistic, results.spend_anova.F)
    near(anova.pValue, results.spend_anova.p, 1e-8)
  })

  it('regression on everything that is known of the customers', () => {
    const dummy = (name: string, value: string) => rows.map((row) => (row[name] === value ? 1 : 0))
    const model = computed(
      linearRegression({
        y: column(rows, 'spend'),
        predictors: [
          dummy('segment', 'Mens E-Mail'),
          dummy('segment', 'Womens E-Mail'),
          ...['recency', 'history', 'mens', 'womens', 'newbie'].map((name) => column(rows, name)),
          ...['Surburban', 'Urban'].map((value) => dummy('zip_code', value)),
          ...['Phone', 'Web'].map((value) => dummy('channel', value)),
        ],
      }),
    )
    const expected = results.ols_spend
    model.coefficients.forEach((coefficient, i) => near(coefficient, expected.coef[i]!, 1e-8))
    near(model.residualSquares, expected.rss)
    near(model.explainedSquares / (model.explainedSquares + model.residualSquares), expected.r2, 1e-8)
    for (const [kind, field] of [
      ['classical', 'se'],
      ['HC0', 'se_HC0'],
      ['HC1', 'se_HC1'],
      ['HC2', 'se_HC2'],
      ['HC3', 'se_HC3'],
    ] as const) {
      regressionCovariance(model, kind)!.forEach((row, i) => near(Math.sqrt(row[i]!), expected[field][i]!, 1e-8))
    }
  })
})
