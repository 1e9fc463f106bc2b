import { fisherF } from '../distributions/fisher-f.ts'
import { describeGolden } from '../golden.contract.ts'
import { isNotComputable } from '../not-computable.ts'
import { fromTail } from '../p-value.ts'
import { waldTest } from '../wald-test.ts'
import { type LinearRegression, linearRegression, type RegressionData } from './linear-regression.ts'
import { clusteredCovariance, regressionCovariance } from './regression-covariance.ts'

interface Cell {
  x: number[]
  n: number
  sum_y: number
  sum_yy: number
}
interface Input {
  kind?: 'raw' | 'grouped'
  intercept: boolean
  x: number[][]
  y: number[]
  weights?: number[]
  cluster?: number[]
  cells?: Cell[]
}
interface Expected {
  se: number[]
  rss: number
  sigma2: number
  r_squared: number
}

describeGolden<Input>({
  file: 'ols',
  rtol: 1e-10,
  scale: (path, { expected }) => {
    const { se } = expected as Expected
    const [field, i, j] = path.split('.')
    if (field === 'coef') return se?.[Number(i)] ?? null
    if (field === 'vcov') return se[Number(i)]! * se[Number(j)]!
    return /^(t|f_statistic|r_squared|adj_r_squared|log10_p|f_log10_p)$/.test(field!) ? 1 : null
  },
  compute: (input, { expected }) => {
    const model = linearRegression(dataOf(input))
    // The certified values are of the decimals, which is what `nist.test.ts` is about.
    const { certified } = expected as { certified?: unknown }
    if (isNotComputable(model)) return { rank_deficient: model.reason === 'dependentColumns', certified }
    return { ...fieldsOf(model, input), certified }
  },
})

function dataOf({ intercept, x, y, weights, cells }: Input): RegressionData {
  const columns = (rows: number[][]) => (rows[0] ?? []).map((_, j) => rows.map((row) => row[j]!))
  if (!cells) return { predictors: columns(x), y, intercept, ...(weights ? { weights } : {}) }
  return {
    predictors: columns(cells.map((cell) => cell.x)),
    y: cells.map(({ n, sum_y }) => sum_y / n),
    intercept,
    cells: {
      counts: cells.map(({ n }) => n),
      m2: cells.map(({ n, sum_y, sum_yy }) => Math.max(0, sum_yy - (sum_y * sum_y) / n)),
    },
  }
}

function fieldsOf(model: LinearRegression, { intercept, cluster }: Input): object {
  const { coefficients, degreesOfFreedom, residualSquares, explainedSquares, n } = model
  const classical = regressionCovariance(model, 'classical')!
  const tests = coefficients.map((estimate, i) =>
    waldTest('ols', estimate, Math.sqrt(classical[i]![i]!), { degreesOfFreedom }),
  )
  const computed = tests.map((test) => (isNotComputable(test) ? null : test))
  const slopes = coefficients.length - (intercept ? 1 : 0)
  const total = explainedSquares + residualSquares
  const f = explainedSquares / slopes / (residualSquares / degreesOfFreedom)
  const reference = fisherF(Math.max(1, slopes), degreesOfFreedom)
  const p = slopes === 0 || !Number.isFinite(f) ? null : fromTail(reference.sf(f), reference.logSf(f))
  const deviations = (covariance: number[][] | null) => covariance && covariance.map((row, i) => Math.sqrt(row[i]!))
  return {
    coef: coefficients,
    df: degreesOfFreedom,
    rss: residualSquares,
    sigma2: residualSquares / degreesOfFreedom,
    se: deviations(classical),
    t: computed.map((test) => test?.statistic ?? null),
    p: computed.map((test) => test?.pValue ?? null),
    log10_p: computed.map((test) => test?.log10PValue ?? null),
    r_squared: explainedSquares / total,
    adj_r_squared: 1 - residualSquares / degreesOfFreedom / (total / (n - (intercept ? 1 : 0))),
    f_statistic: f,
    f_df1: slopes,
    f_p: p?.pValue,
    f_log10_p: p?.log10PValue,
    vcov: classical,
    se_HC0: deviations(regressionCovariance(model, 'HC0')),
    se_HC1: deviations(regressionCovariance(model, 'HC1')),
    se_HC2: deviations(regressionCovariance(model, 'HC2')),
    se_HC3: deviations(regressionCovariance(model, 'HC3')),
    ...(cluster && {
      se_CR0: deviations(clusteredCovariance(model, cluster, 'CR0')),
      se_CR1: deviations(clusteredCovariance(model, cluster, 'CR1')),
      se_CR1S: deviations(clusteredCovariance(model, cluster, 'CR1S')),
    }),
  }
}
