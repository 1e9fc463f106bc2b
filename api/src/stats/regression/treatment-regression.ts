import { isNotComputable, type NotComputable } from '../not-computable.ts'
import type { InferenceOptions } from '../inference-options.ts'
import { momentsOf } from '../moments.ts'
import type { TestResult } from '../test-result.ts'
import { waldTest } from '../wald-test.ts'
import { type LinearRegression, linearRegression } from './linear-regression.ts'
import { type CovarianceKind, regressionCovariance } from './regression-covariance.ts'

/**
 * Which regression estimates the effects: 'unadjusted' on the arms alone; 'ancova' on arms and covariates, with one
 * slope for all arms; 'lin' with slopes of each arm's own.
 */
export type TreatmentModel = 'unadjusted' | 'ancova' | 'lin'

export interface TreatmentRows {
  y: ArrayLike<number>
  /** of each row: 0 for the control, 1 and up for the treatments */
  arm: ArrayLike<number>
  /** columns of what was known before the exposure */
  covariates: readonly ArrayLike<number>[]
}

/**
 * The regression whose coefficients 1 to (arms - 1) are the effects of the treatments.
 *
 * Formula: y on 1, a dummy for each treatment and, by the model, the covariates and their products with the dummies; the
 * covariates are centred on their means over all rows, so that the dummies stay effects for all users.
 *
 * Not computable and errors: as `linearRegression`.
 *
 * See Lin (2013), "Agnostic notes on regression adjustments to experimental data: reexamining Freedman's critique".
 */
export function treatmentRegression(rows: TreatmentRows, model: TreatmentModel): LinearRegression | NotComputable {
  const { y, arm, covariates } = rows
  const arms = Array.from(arm).reduce((most, one) => Math.max(most, one), 0)
  const dummies = Array.from({ length: arms }, (_, treatment) =>
    Float64Array.from(arm, (one) => (one === treatment + 1 ? 1 : 0)),
  )
  const centred = model === 'unadjusted' ? [] : covariates.map(centre)
  const products =
    model === 'lin'
      ? dummies.flatMap((dummy) => centred.map((covariate) => covariate.map((x, i) => x * dummy[i]!)))
      : []
  return linearRegression({ y, predictors: [...dummies, ...centred, ...products] })
}

/**
 * Tests the effect of a treatment (1 and up) in such a regression, with Student's t.
 *
 * Not computable: `zeroVariance`, `outOfRange`, and null where the covariance does not exist (a row of leverage 1).
 * Errors: RangeError for options outside their domains.
 */
export function treatmentEffectTest(
  model: LinearRegression,
  treatment: number,
  kind: CovarianceKind,
  options: InferenceOptions = {},
): TestResult | NotComputable | null {
  const covariance = regressionCovariance(model, kind)
  if (covariance === null) return null
  const test = waldTest(kind, model.coefficients[treatment]!, Math.sqrt(covariance[treatment]![treatment]!), {
    ...options,
    degreesOfFreedom: model.degreesOfFreedom,
  })
  return isNotComputable(test) ? test : { ...test, method: `regression ${kind}` }
}

function centre(covariate: ArrayLike<number>): Float64Array {
  const { mean } = momentsOf(covariate)
  return Float64Array.from(covariate, (x) => x - mean)
}
