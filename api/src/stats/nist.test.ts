/**
 * The Statistical Reference Datasets of NIST: certified results to 15 digits. How many of them are reached is the
 * logarithm of the relative error, at least the floor named beside each set. Without the files the suite is skipped.
 */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { momentsOf, sampleVariance } from './moments.ts'
import { isNotComputable } from './not-computable.ts'
import { oneWayAnova } from './one-way-anova.ts'
import { linearRegression } from './regression/linear-regression.ts'
import { regressionCovariance } from './regression/regression-covariance.ts'

const FOLDER = new URL('../../../../shared/datasets/nist_strd/', import.meta.url)

interface SetOf<Kind, Certified> {
  kind: Kind
  model?: string
  file: string
  data_starts_at_line: number
  certified: Certified
  data?: (number | null)[][]
}
type NistSet =
  | SetOf<'univariate', { mean: number; sd: number }>
  | SetOf<'one_way_anova', { between: { ss: number }; within: { ss: number }; f: number; r_squared: number }>
  | SetOf<
      'linear_regression',
      { coef: Record<string, number>; se: Record<string, number>; residual_sd: number; r_squared: number }
    >

/** Digits that agree; 15 where the certified value is met to its last. */
function digits(got: number, certified: number): number {
  const error = certified === 0 ? Math.abs(got) : Math.abs(got - certified) / Math.abs(certified)
  return error === 0 ? 15 : Math.min(15, -Math.log10(error))
}

/**
 * Least digits of all numbers of a set, where not 13. Reading decimals into doubles costs the others: values with many
 * leading digits in common (NumAcc, AtmWtAgt, SmLs04 to 09) and powers up to the tenth (Filip).
 */
const FLOORS: Record<string, number> = {
  NumAcc3: 9, NumAcc4: 8, AtmWtAgt: 10, Filip: 7.5,
  SmLs04t: 10, SmLs05t: 9.8, SmLs06t: 9.8, SmLs07t: 3.9, SmLs08t: 3.8, SmLs09t: 3.8,
} // prettier-ignore

const found = existsSync(new URL('nist_strd.json', FOLDER))
describe(found ? 'NIST StRD' : 'NIST StRD (skipped: no files)', () => {
  if (!found) return it.skip('certified sets are not here', () => undefined)
  const text = readFileSync(new URL('nist_strd.json', FOLDER), 'utf8')
  const { datasets } = JSON.parse(text) as { datasets: Record<string, NistSet> }
  it.each(Object.entries(datasets))('%s', (name, set) => {
    const reached = reachedBy(set)
    expect(Math.min(...reached)).toBeGreaterThanOrEqual(FLOORS[name] ?? 12.9)
  })
})

function reachedBy(set: NistSet): number[] {
  const rows = rowsOf(set)
  if (set.kind === 'univariate') {
    const moments = momentsOf(rows.map(([y]) => y!))
    return [digits(moments.mean, set.certified.mean), digits(Math.sqrt(sampleVariance(moments)), set.certified.sd)]
  }
  if (set.kind === 'one_way_anova') {
    // Doubles next to one another subtract without rounding: what the means would lose at 1e12 they keep.
    const origin = rows[0]![0]!
    const groups = rows[0]!.map((_, j) => momentsOf(rows.flatMap((row) => (row[j] == null ? [] : [row[j]! - origin]))))
    const anova = oneWayAnova(groups)
    if (isNotComputable(anova)) return [0]
    const { between, within, f, r_squared } = set.certified
    return [
      digits(anova.between, between.ss),
      digits(anova.within, within.ss),
      digits(anova.statistic, f),
      digits(anova.rSquared, r_squared),
    ]
  }
  const degree = /degree (\d+)/.exec(set.model!)?.[1]
  const y = rows.map((row) => row[0]!)
  const predictors = degree
    ? Array.from({ length: Number(degree) }, (_, k) => rows.map((row) => row[1]! ** (k + 1)))
    : rows[0]!.slice(1).map((_, j) => rows.map((row) => row[j + 1]!))
  const model = linearRegression({ y, predictors, intercept: !/^y = B1/.test(set.model!) })
  if (isNotComputable(model)) return [0]
  const { coef, se, residual_sd, r_squared } = set.certified
  const covariance = regressionCovariance(model, 'classical')!
  const { residualSquares, explainedSquares, degreesOfFreedom } = model
  return [
    ...Object.values(coef).map((value, i) => digits(model.coefficients[i]!, value)),
    ...Object.values(se).map((value, i) => digits(Math.sqrt(covariance[i]![i]!), value)),
    digits(Math.sqrt(residualSquares / degreesOfFreedom), residual_sd),
    digits(explainedSquares / (explainedSquares + residualSquares), r_squared),
  ]
}

function rowsOf({ data, file, data_starts_at_line }: NistSet): (number | null)[][] {
  if (data) return data
  const lines = readFileSync(new URL(file, FOLDER), 'utf8')
    .split(/\r?\n/)
    .slice(data_starts_at_line - 1)
  return lines.filter((line) => line.trim() !== '').map((line) => line.trim().split(/\s+/).map(Number))
}
