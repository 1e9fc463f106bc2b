import { type CoMoments, coMomentsOf } from './co-moments.ts'
import { adjustedMoments, type CupedAdjustment, cupedAdjustment } from './cuped.ts'
import { cupedTest } from './cuped-test.ts'
import { differenceOfProducts } from './distributions/numerics/difference-of-products.ts'
import { describeGolden } from './golden.contract.ts'
import { type Moments, sampleVariance } from './moments.ts'
import { isNotComputable } from './not-computable.ts'
import { regressionCovariance, type CovarianceKind } from './regression/regression-covariance.ts'
import { treatmentEffectTest, treatmentRegression, type TreatmentModel } from './regression/treatment-regression.ts'
import { welchTTest } from './welch-t-test.ts'

interface Sums {
  n: number
  sum_y: number
  sum_x: number
  sum_yy: number
  sum_xx: number
  sum_xy: number
}
type Input =
  | { kind: 'cuped_raw'; a_pre: number[]; a_post: number[]; b_pre: number[]; b_post: number[] }
  | { kind: 'cuped_sums'; a: Sums; b: Sums }
  | { kind: 'regression'; y: number[]; arm: number[]; x: number[][] }

const LEVELS = { ci_90: 0.9, ci_95: 0.95, ci_99: 0.99 }

describeGolden<Input>({
  file: 'cuped',
  rtol: 1e-10,
  scale: (path, { name }) => (name === 'perfect_fit' && path.endsWith('.diff') ? 1e-2 : null),
  compute: (input) => {
    if (input.kind === 'regression') {
      const { y, arm } = input
      const covariates = input.x[0]!.map((_, j) => input.x.map((row) => row[j]!))
      const ofModel = (model: TreatmentModel) => regressionFields({ y, arm, covariates }, model)
      return { unadjusted: ofModel('unadjusted'), ancova: ofModel('ancova'), lin: ofModel('lin') }
    }
    const arms =
      input.kind === 'cuped_raw'
        ? [coMomentsOf([input.a_post, input.a_pre]), coMomentsOf([input.b_post, input.b_pre])]
        : [fromSums(input.a), fromSums(input.b)]
    const [a, b] = arms as [CoMoments, CoMoments]
    const plain: CupedAdjustment = { outcome: 0, covariates: [], theta: [], centre: [], commonVariance: 0 }
    const ofPooling = (pooling: 'joint' | 'within') => {
      const adjustment = cupedAdjustment(arms, { pooling })
      const test = cupedTest(a, b, adjustment)
      const reduction = isNotComputable(test) ? null : test.varianceReduction
      return { theta: adjustment.theta[0], ...armFields(a, b, adjustment), variance_reduction: reduction }
    }
    return {
      mean_a: a.means[0],
      mean_b: b.means[0],
      unadjusted: armFields(a, b, plain),
      joint: ofPooling('joint'),
      within: ofPooling('within'),
    }
  },
})

function fromSums({ n, sum_y, sum_x, sum_yy, sum_xx, sum_xy }: Sums): CoMoments {
  const xy = differenceOfProducts(n, sum_xy, sum_x, sum_y) / n
  const yy = differenceOfProducts(n, sum_yy, sum_y, sum_y) / n
  const xx = differenceOfProducts(n, sum_xx, sum_x, sum_x) / n
  return {
    n,
    means: [sum_y / n, sum_x / n],
    coMoments: [
      [yy, xy],
      [xy, xx],
    ],
  }
}

function armFields(a: CoMoments, b: CoMoments, adjustment: CupedAdjustment): object {
  const [ofA, ofB]: [Moments, Moments] = [adjustedMoments(a, adjustment), adjustedMoments(b, adjustment)]
  const test = welchTTest(ofA, ofB)
  return {
    adj_mean_a: ofA.mean,
    adj_mean_b: ofB.mean,
    adj_var_a: sampleVariance(ofA),
    adj_var_b: sampleVariance(ofB),
    diff: ofB.mean - ofA.mean,
    ...(isNotComputable(test)
      ? {}
      : {
          se: test.standardError,
          df: test.degreesOfFreedom,
          t: test.statistic,
          p_two: test.pValue,
          log10_p_two: test.log10PValue,
          ...Object.fromEntries(
            Object.entries(LEVELS).map(([key, level]) => {
              const interval = welchTTest(ofA, ofB, { level })
              if (isNotComputable(interval)) return [key, null]
              const { lower, upper } = interval.confidenceInterval
              return [key, [lower, upper]]
            }),
          ),
        }),
  }
}

function regressionFields(rows: Parameters<typeof treatmentRegression>[0], kind: TreatmentModel): unknown {
  const model = treatmentRegression(rows, kind)
  if (isNotComputable(model)) return null
  const k = model.coefficients.length
  const { explainedSquares, residualSquares } = model
  const kinds: CovarianceKind[] = ['classical', 'HC0', 'HC1', 'HC2', 'HC3']
  return {
    k,
    df: model.degreesOfFreedom,
    r_squared: explainedSquares / (explainedSquares + residualSquares),
    treatments: Array.from({ length: Math.max(...Array.from(rows.arm)) }, (_, i) => ({
      estimate: model.coefficients[i + 1],
      se: Math.sqrt(regressionCovariance(model, 'classical')![i + 1]![i + 1]!),
      ...Object.fromEntries(
        kinds.map((one) => {
          const test = treatmentEffectTest(model, i + 1, one)
          if (test === null || isNotComputable(test)) return [one, null]
          const { lower, upper } = test.confidenceInterval
          return [
            one,
            {
              se: test.standardError,
              t: test.statistic,
              p_two: test.pValue,
              log10_p_two: test.log10PValue,
              ci_95: [lower, upper],
            },
          ]
        }),
      ),
    })),
  }
}
