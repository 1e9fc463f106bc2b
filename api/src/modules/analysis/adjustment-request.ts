import type { LiftInterval } from '../../analysis/lift-interval.ts'
import type { MetricDefinition } from '../../analysis/metric-definition.ts'
import type { AnalysisSettings } from '../../analysis/settings.ts'
import type { UserError } from '../../errors.ts'
import type { Metric } from '../metric/metric.service.ts'

export interface VarianceReductionRequest {
  kind: 'NONE' | 'CUPED'
  covariates?: string[] | null
}

export interface WinsorizationRequest {
  upperPercentile?: number | null
  lowerPercentile?: number | null
  cap?: number | null
}

export interface BayesianRequest {
  liftPrior?: { mean: number; standardDeviation: number } | null
  flatPrior?: boolean | null
  ratePrior?: { alpha: number; beta: number } | null
}

/** What a caller may ask for beside the metrics' own tests. */
export interface AdjustmentRequest {
  varianceReduction?: VarianceReductionRequest | null
  winsorization?: WinsorizationRequest | null
  bayesian?: BayesianRequest | null
  liftInterval?: LiftInterval | 'DEFAULT' | null
}

/** More covariates than that explain noise. */
const MAX_COVARIATES = 8
const SHAPES = { least: 0.1, greatest: 1e9 }
const LARGEST_PRIOR = 1000

/** Everything that is wrong with it. */
export function adjustmentProblems(request: AdjustmentRequest, catalogue: Metric[]): UserError[] {
  const problems: UserError[] = []
  const problem = (field: string, message: string, code = 'INVALID') =>
    problems.push({ code, field: field.split('.'), message })
  const { varianceReduction, winsorization, bayesian } = request
  const covariates = varianceReduction?.covariates ?? []
  if (varianceReduction?.kind === 'NONE' && covariates.length > 0) {
    problem(
      'varianceReduction.covariates',
      'Without variance reduction there are no covariates. Choose the kind CUPED.',
    )
  }
  if (varianceReduction?.covariates?.length === 0) {
    problem(
      'varianceReduction.covariates',
      'Name at least one covariate, or leave them out: then it is the metric’s own.',
    )
  }
  if (covariates.length > MAX_COVARIATES) {
    problem('varianceReduction.covariates', `At most ${MAX_COVARIATES} covariates, got ${covariates.length}.`)
  }
  covariates.forEach((key, index) => {
    const field = `varianceReduction.covariates.${index}`
    if (!catalogue.some((metric) => metric.key === key)) {
      problem(field, `There is no metric "${key}". The catalogue is the query "metrics".`, 'NOT_FOUND')
    } else if (covariates.indexOf(key) !== index) problem(field, `"${key}" is a covariate already.`)
  })
  if (winsorization != null) winsorizationProblems(winsorization, problem)
  if (bayesian != null) bayesianProblems(bayesian, problem)
  return problems
}

type Problem = (field: string, message: string) => void

function winsorizationProblems(
  { upperPercentile, lowerPercentile, cap }: WinsorizationRequest,
  problem: Problem,
): void {
  if (upperPercentile != null && !(upperPercentile > 0.5 && upperPercentile < 1)) {
    problem('winsorization.upperPercentile', `It lies between 0.5 and 1, such as 0.99, got ${upperPercentile}.`)
  }
  if (lowerPercentile != null && !(lowerPercentile > 0 && lowerPercentile < 0.5)) {
    problem('winsorization.lowerPercentile', `It lies between 0 and 0.5, such as 0.01, got ${lowerPercentile}.`)
  }
  if (cap != null && !(cap > 0 && cap < Infinity)) problem('winsorization.cap', `A cap is above 0, got ${cap}.`)
  if (cap != null && (upperPercentile != null || lowerPercentile != null)) {
    problem('winsorization.cap', 'Choose percentiles or a cap, not both.')
  }
  if (cap == null && upperPercentile == null && lowerPercentile == null) {
    problem('winsorization', 'Say where values are cut: at a percentile, or at a cap.')
  }
}

function bayesianProblems({ liftPrior, flatPrior, ratePrior }: BayesianRequest, problem: Problem): void {
  if (liftPrior != null) {
    const { mean, standardDeviation } = liftPrior
    if (flatPrior) problem('bayesian.flatPrior', 'A prior is flat or has a mean and a standard deviation, not both.')
    if (!(Math.abs(mean) <= LARGEST_PRIOR)) {
      problem('bayesian.liftPrior.mean', `It is a lift, from -${LARGEST_PRIOR} to ${LARGEST_PRIOR}, got ${mean}.`)
    }
    if (!(standardDeviation > 0 && standardDeviation <= LARGEST_PRIOR)) {
      const field = 'bayesian.liftPrior.standardDeviation'
      problem(field, `It is above 0 and at most ${LARGEST_PRIOR}, got ${standardDeviation}.`)
    }
  }
  for (const [name, shape] of Object.entries(ratePrior ?? {})) {
    if (!(shape >= SHAPES.least && shape <= SHAPES.greatest)) {
      problem(`bayesian.ratePrior.${name}`, `It is from ${SHAPES.least} to ${SHAPES.greatest}, got ${shape}.`)
    }
  }
}

/** The part of the settings that it makes: nothing for what was not asked for. */
export function adjustmentSettings(
  { varianceReduction, winsorization, bayesian, liftInterval }: AdjustmentRequest,
  catalogue: Metric[],
): Pick<AnalysisSettings, 'varianceReduction' | 'winsorization' | 'bayesian' | 'liftInterval'> {
  const settings: ReturnType<typeof adjustmentSettings> = {}
  if (varianceReduction?.kind === 'CUPED') {
    const keys = varianceReduction.covariates
    settings.varianceReduction = { kind: 'CUPED', covariates: keys == null ? null : keys.map(covariate) }
  }
  if (winsorization != null) {
    const { upperPercentile = null, lowerPercentile = null, cap = null } = winsorization
    settings.winsorization = { upperPercentile, lowerPercentile, cap }
  }
  if (bayesian != null) {
    settings.bayesian = {
      liftPrior: bayesian.flatPrior ? null : (bayesian.liftPrior ?? { mean: 0, standardDeviation: 0.05 }),
      ratePrior: bayesian.ratePrior ?? { alpha: 1, beta: 1 },
    }
  }
  if (liftInterval === 'DELTA' || liftInterval === 'LOG') settings.liftInterval = liftInterval
  return settings

  function covariate(key: string): { metric: string } & Pick<MetricDefinition, 'numerator' | 'denominator'> {
    const { numerator, denominator } = catalogue.find((metric) => metric.key === key)!
    return { metric: key, numerator, denominator }
  }
}
