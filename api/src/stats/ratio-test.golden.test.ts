import { type CoMoments, coMomentsOf, sampleCovariance } from './co-moments.ts'
import type { ConfidenceInterval } from './confidence-interval.ts'
import { deltaLiftTest } from './delta-lift.ts'
import { describeGolden } from './golden.contract.ts'
import type { InferenceOptions } from './inference-options.ts'
import { logLiftInterval, logRatio } from './log-lift.ts'
import { isNotComputable, type NotComputable } from './not-computable.ts'
import { type RatioOfMeans, ratioOfMeans } from './ratio-of-means.ts'
import { ratioTest } from './ratio-test.ts'
import type { TestResult } from './test-result.ts'
import { waldTest } from './wald-test.ts'

interface Sums {
  n: number
  sum_y: number
  sum_x: number
  sum_yy: number
  sum_xx: number
  sum_xy: number
}
type Input =
  | { kind: 'raw'; a_num: number[]; a_den: number[]; b_num: number[]; b_den: number[] }
  | { kind: 'sums'; a: Sums; b: Sums }

describeGolden<Input>({
  file: 'ratio',
  rtol: 1e-11,
  compute: (input) => {
    const [a, b] =
      input.kind === 'raw'
        ? [coMomentsOf([input.a_num, input.a_den]), coMomentsOf([input.b_num, input.b_den])]
        : [fromSums(input.a), fromSums(input.b)]
    const [ratioA, ratioB] = [ratioOfMeans(a), ratioOfMeans(b)]
    return {
      a: armFields(a, ratioA),
      b: armFields(b, ratioB),
      ...(isNotComputable(ratioA) || isNotComputable(ratioB)
        ? { diff: null, lift: null, log_lift: null }
        : comparison(a, b, ratioA, ratioB)),
    }
  },
})

/** Only the vectors come as sums of squares; the product never does. */
function fromSums({ n, sum_y, sum_x, sum_yy, sum_xx, sum_xy }: Sums): CoMoments {
  const xy = sum_xy - (sum_x * sum_y) / n
  return {
    n,
    means: [sum_y / n, sum_x / n],
    coMoments: [
      [sum_yy - (sum_y * sum_y) / n, xy],
      [xy, sum_xx - (sum_x * sum_x) / n],
    ],
  }
}

function armFields(arm: CoMoments, ratio: RatioOfMeans | NotComputable): unknown {
  if (isNotComputable(ratio)) return null
  return {
    n: arm.n,
    mean_y: arm.means[0],
    mean_x: arm.means[1],
    var_y: sampleCovariance(arm, 0, 0),
    var_x: sampleCovariance(arm, 1, 1),
    cov_xy: sampleCovariance(arm, 0, 1),
    ratio: ratio.ratio,
    var_unit: arm.n * ratio.variance,
    var_r: ratio.variance,
    se_r: Math.sqrt(ratio.variance),
  }
}

function comparison(a: CoMoments, b: CoMoments, ratioA: RatioOfMeans, ratioB: RatioOfMeans): object {
  const estimate = ratioB.ratio - ratioA.ratio
  const control = { value: ratioA.ratio, standardError: Math.sqrt(ratioA.variance) }
  const treatment = { value: ratioB.ratio, standardError: Math.sqrt(ratioB.variance) }
  const z = (options: InferenceOptions) =>
    waldTest('normal', estimate, Math.hypot(control.standardError, treatment.standardError), options)
  const t = (options: InferenceOptions) => ratioTest(a, b, options)
  const normalTest = z({})
  const tTest = t({})
  const lift = (options: InferenceOptions) => deltaLiftTest(control, treatment, options)
  const liftTest = lift({})
  const log = logRatio(control, treatment)
  return {
    diff:
      isNotComputable(normalTest) || isNotComputable(tTest)
        ? { estimate, z: null, p_two: null }
        : {
            estimate,
            se: normalTest.standardError,
            z: normalTest.statistic,
            p_two: normalTest.pValue,
            log10_p_two: normalTest.log10PValue,
            ...levels((options) => intervalOf(z(options))),
            df: tTest.degreesOfFreedom,
            p_two_t: tTest.pValue,
            t_ci_95: intervalOf(tTest),
          },
    lift: isNotComputable(liftTest)
      ? ratioA.ratio === 0 || isNotComputable(normalTest)
        ? ratioA.ratio === 0
          ? null
          : { estimate: estimate / ratioA.ratio }
        : null
      : {
          estimate: Math.sign(ratioA.ratio) * liftTest.estimate,
          se: liftTest.standardError,
          ...levels((options) => signed(intervalOf(lift(options)), ratioA.ratio)),
        },
    log_lift:
      isNotComputable(log) || ratioA.ratio <= 0
        ? null
        : {
            se_log: log.standardError,
            ...levels((options) => {
              const { lower, upper } = logLiftInterval(control, treatment, options) as ConfidenceInterval
              return [lower, upper]
            }),
          },
  }
}

/** The vectors divide by the control ratio as it is, the code by its size. */
function signed([lower, upper]: [number, number], ratio: number): [number, number] {
  return ratio < 0 ? [-upper, -lower] : [lower, upper]
}

function intervalOf(test: TestResult | NotComputable): [number, number] {
  const { lower, upper } = (test as TestResult).confidenceInterval
  return [lower!, upper!]
}

function levels(at: (options: InferenceOptions) => unknown): object {
  return { ci_90: at({ level: 0.9 }), ci_95: at({ level: 0.95 }), ci_99: at({ level: 0.99 }) }
}
