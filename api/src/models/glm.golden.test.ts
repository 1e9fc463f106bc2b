import { studentT } from '../stats/distributions/student-t.ts'
import { logGamma } from '../stats/distributions/numerics/special-functions.ts'
import { describeGolden } from '../stats/golden.contract.ts'
import { isNotComputable } from '../stats/not-computable.ts'
import { symmetricPValue } from '../stats/p-value.ts'
import { waldTest } from '../stats/wald-test.ts'
import { findAliases } from './aliases.ts'
import { classificationMetrics } from './classification-metrics.ts'
import { denseRows } from './dense-rows.contract.ts'
import { families } from './family.ts'
import { fitGlm, type GlmFit } from './fit-glm.ts'
import { deltaVariance, meanPrediction } from './g-computation.ts'
import { fittedTo, type Outcome, squaresAround } from './outcome.ts'
import { robustCovariance } from './robust-covariance.ts'
import { linearPredictor, weightedGram } from './sparse-rows.ts'

interface Input {
  kind: 'glm' | 'logistic_l2' | 'ate' | 'metrics'
  family?: 'logistic' | 'poisson' | 'gaussian'
  x: number[][]
  y: number[]
  n?: number[]
  p?: number[]
  offset?: number[]
  lambda?: number
  standardize?: boolean
  treat?: number
}
interface Expected {
  se?: number[]
  null_deviance?: number
  coef?: number[]
}

describeGolden<Input>({
  file: 'glm',
  rtol: ({ input }) => (input.kind === 'metrics' ? 1e-13 : 1e-9),
  scale: (path, { input, expected }) => {
    const { se, coef, null_deviance } = expected as Expected
    const [field, i, j] = path.split('.')
    if (/^coef/.test(field!)) {
      return input.kind === 'glm' ? se![Number(i)]! : Math.max(...coef!.map(Math.abs))
    }
    if (field === 'vcov') return se![Number(i)]! * se![Number(j)]!
    if (field === 'deviance') return null_deviance!
    return null
  },
  compute: (input) => {
    if (input.kind === 'metrics') return metricsOf(input)
    if (input.kind === 'logistic_l2') return penalised(input)
    return input.kind === 'ate' ? effectOf(input) : modelOf(input)
  },
})

function outcomeOf({ y, n, offset, family }: Input): Outcome {
  const counts = Float64Array.from(y, (_, i) => n?.[i] ?? 1)
  const mean = Float64Array.from(y, (value, i) => value / counts[i]!)
  const isBinary = (family ?? 'logistic') === 'logistic'
  const zeros = () => new Float64Array(y.length)
  return {
    n: counts,
    mean,
    m2: isBinary ? mean.map((p, i) => counts[i]! * p * (1 - p)) : zeros(),
    denominator: offset ? { mean: Float64Array.from(offset, Math.exp), m2: zeros(), coMoment: zeros() } : null,
  }
}

function fitOf(input: Input, x = input.x, penalty = 0) {
  const rows = denseRows(x)
  const outcome = outcomeOf(input)
  const data = fittedTo(outcome)
  const { kept } = findAliases(weightedGram(rows, data.weights), rows.columns)
  const penalties = new Float64Array(rows.columns).fill(penalty, 1)
  const family = families[input.family ?? 'logistic']
  return { rows, outcome, data, family, fit: fitGlm({ rows, family, ...data, kept, penalty: penalties }) }
}

function deviations(covariance: Float64Array, k: number): number[] {
  return Array.from({ length: k }, (_, j) => Math.sqrt(covariance[j * k + j]!))
}

function modelOf(input: Input): object {
  const { rows, outcome, data, family, fit } = fitOf(input)
  if (fit.status === 'separated') return { separated: true }
  const k = rows.columns
  const n = rows.rows
  const squares = squaresAround(outcome, fit.predictions)
  const pearson = squares.reduce(
    (sum, square, i) => sum + square / (data.weights[i]! * family.variance(fit.predictions[i]!)),
    0,
  )
  const df = n - k
  const dispersion = family.name === 'gaussian' ? squares.reduce((a, b) => a + b, 0) / df : pearson / df
  const scale = family.name === 'gaussian' ? dispersion : 1
  const vcov = fit.inverse.map((entry) => entry * scale)
  const se = deviations(vcov, k)
  const degreesOfFreedom = family.name === 'gaussian' ? { degreesOfFreedom: df } : {}
  const tests = se.map((error, j) => waldTest('glm', fit.coefficients[j]!, error, degreesOfFreedom))
  const of = (field: 'statistic' | 'pValue' | 'log10PValue') =>
    tests.map((test) => (isNotComputable(test) ? null : test[field]))
  const deviance = (one: GlmFit) => one.loss - saturatedLoss(input, family.name)
  const nothing = fitOf(
    input,
    input.x.map(() => []),
  ).fit
  const logLikelihood = logLikelihoodOf(input, fit)
  const quasiSe = se.map((error) => error * Math.sqrt(dispersion))
  const t = quasiSe.map((error, j) => fit.coefficients[j]! / error)
  return {
    coef: [...fit.coefficients],
    vcov: Array.from({ length: k }, (_, i) => [...vcov.slice(i * k, (i + 1) * k)]),
    se,
    z: of('statistic'),
    t: of('statistic'),
    p: of('pValue'),
    log10_p: of('log10PValue'),
    deviance: deviance(fit),
    null_deviance: deviance(nothing),
    df_residual: df,
    log_likelihood: logLikelihood,
    aic: -2 * logLikelihood + 2 * k,
    dispersion,
    quasi: { se: quasiSe, t, p: t.map((one) => symmetricPValue(studentT(Math.max(df, 1)), one, 'two-sided').pValue) },
    se_HC0: deviations(robustCovariance(rows, fit.inverse, squares), k),
  }
}

function saturatedLoss({ y, n, offset }: Input, family: string): number {
  if (family === 'gaussian') return 0
  return y.reduce((sum, value, i) => {
    const count = n?.[i] ?? 1
    if (family === 'poisson')
      return sum + 2 * (value - (value > 0 ? value * (Math.log(value) - (offset?.[i] ?? 0)) : 0))
    const entropy = (part: number) => (part > 0 ? part * Math.log(part / count) : 0)
    return sum - 2 * (entropy(value) + entropy(count - value))
  }, 0)
}

function logLikelihoodOf({ y, family, offset }: Input, { loss }: GlmFit): number {
  if (family !== 'poisson') return -loss / 2
  return y.reduce((sum, value, i) => sum + value * (offset?.[i] ?? 0) - logGamma(value + 1), -loss / 2)
}

function penalised(input: Input): object {
  const { x, lambda, standardize } = input
  const columns = x[0]!.map((_, j) => x.map((row) => row[j]!))
  const n = input.n ?? x.map(() => 1)
  const total = n.reduce((sum, count) => sum + count, 0)
  const centres = columns.map((column) => column.reduce((sum, value, i) => sum + n[i]! * value, 0) / total)
  const scales = columns.map((column, j) =>
    Math.sqrt(column.reduce((sum, value, i) => sum + n[i]! * (value - centres[j]!) ** 2, 0) / total),
  )
  const used = standardize ? x.map((row) => row.map((value, j) => (value - centres[j]!) / scales[j]!)) : x
  const { fit } = fitOf(input, used, lambda)
  const own = [...fit.coefficients]
  const objective = fit.loss / 2 + (lambda! / 2) * own.slice(1).reduce((sum, b) => sum + b * b, 0)
  if (!standardize) return { coef: own, objective }
  const slopes = own.slice(1).map((b, j) => b / scales[j]!)
  const intercept = own[0]! - slopes.reduce((sum, b, j) => sum + b * centres[j]!, 0)
  return { coef: [intercept, ...slopes], coef_standardized: own, objective }
}

function effectOf(input: Input): object {
  const { rows, outcome, family, fit } = fitOf(input)
  const arm = (value: number) => {
    const x = input.x.map((row) => row.map((one, j) => (j === input.treat ? value : one)))
    const rows = denseRows(x)
    return meanPrediction(rows, outcome.n, linearPredictor(rows, fit.coefficients).map(family.mean), family)
  }
  const [treated, control] = [arm(1), arm(0)]
  const gradient = treated.gradient.map((g, j) => g - control.gradient[j]!)
  const se = Math.sqrt(deltaVariance(gradient, fit.inverse))
  const test = waldTest('effect', treated.mean - control.mean, se)
  if (isNotComputable(test)) throw new Error(test.message)
  const squares = squaresAround(outcome, fit.predictions)
  const robust = robustCovariance(rows, fit.inverse, squares)
  return {
    coef: [...fit.coefficients],
    mean_treated: treated.mean,
    mean_control: control.mean,
    ate: test.estimate,
    se,
    z: test.statistic,
    p: test.pValue,
    ci_95: [test.confidenceInterval.lower, test.confidenceInterval.upper],
    se_HC0: Math.sqrt(deltaVariance(gradient, robust)),
  }
}

function metricsOf({ y, p }: Input): object {
  const outcome = outcomeOf({ kind: 'metrics', x: [], y })
  const { auc, logLoss, brier } = classificationMetrics({ prediction: Float64Array.from(p!), outcome, nonZero: null })
  return { auc, log_loss: logLoss, brier }
}
