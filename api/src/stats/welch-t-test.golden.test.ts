import { cohensD } from './cohens-d.ts'
import type { ConfidenceInterval } from './confidence-interval.ts'
import { describeGolden } from './golden.contract.ts'
import type { InferenceOptions } from './inference-options.ts'
import { type Moments, momentsFromVariance, momentsOf, sampleVariance } from './moments.ts'
import { isNotComputable, type NotComputable } from './not-computable.ts'
import { studentTTest } from './student-t-test.ts'
import type { TestResult } from './test-result.ts'
import { welchTTest } from './welch-t-test.ts'

type Input =
  | { kind: 'raw'; a: number[]; b: number[] }
  | { kind: 'summary'; n_a: number; mean_a: number; var_a: number; n_b: number; mean_b: number; var_b: number }
  | { kind: 'sums'; n_a: number; sum_a: number; sum_sq_a: number; n_b: number; sum_b: number; sum_sq_b: number }

describeGolden<Input>({
  file: 'welch',
  rtol: (_case, path) => (path.includes('d_ci') ? 1e-9 : 1e-11),
  compute: (input) => {
    const [a, b] = armsOf(input)
    return {
      n_a: a.n,
      n_b: b.n,
      mean_a: a.mean,
      mean_b: b.mean,
      var_a: sampleVariance(a),
      var_b: sampleVariance(b),
      diff: b.mean - a.mean,
      welch: tTest((options) => welchTTest(a, b, options)),
      student: tTest((options) => studentTTest(a, b, options)),
      effect: effectSize(a, b),
    }
  },
})

function armsOf(input: Input): [Moments, Moments] {
  if (input.kind === 'raw') return [momentsOf(input.a), momentsOf(input.b)]
  if (input.kind === 'summary') {
    return [
      momentsFromVariance({ n: input.n_a, mean: input.mean_a, variance: input.var_a }),
      momentsFromVariance({ n: input.n_b, mean: input.mean_b, variance: input.var_b }),
    ]
  }
  return [fromSums(input.n_a, input.sum_a, input.sum_sq_a), fromSums(input.n_b, input.sum_b, input.sum_sq_b)]
}

/** Only the vectors come as sums of squares; the product never does. */
function fromSums(n: number, sum: number, sumOfSquares: number): Moments {
  return { n, mean: sum / n, m2: sumOfSquares - (sum * sum) / n }
}

function tTest(run: (options: InferenceOptions) => TestResult | NotComputable): unknown {
  const two = run({})
  const greater = run({ alternative: 'greater' })
  const less = run({ alternative: 'less' })
  if (isNotComputable(two) || isNotComputable(greater) || isNotComputable(less)) return null
  const interval = (level: number) => {
    const result = run({ level })
    return isNotComputable(result) ? null : [result.confidenceInterval.lower, result.confidenceInterval.upper]
  }
  return {
    se: two.standardError,
    df: two.degreesOfFreedom,
    t: two.statistic,
    p_two: two.pValue,
    log10_p_two: two.log10PValue,
    p_greater: greater.pValue,
    log10_p_greater: greater.log10PValue,
    p_less: less.pValue,
    log10_p_less: less.log10PValue,
    ci_90: interval(0.9),
    ci_95: interval(0.95),
    ci_99: interval(0.99),
    lower_95: greater.confidenceInterval.lower,
    upper_95: less.confidenceInterval.upper,
  }
}

function effectSize(a: Moments, b: Moments): unknown {
  const effect = cohensD(a, b)
  if (isNotComputable(effect)) return null
  const interval = (level: number) => {
    const { lower, upper } = (cohensD(a, b, { level }) as typeof effect).confidenceInterval as ConfidenceInterval
    return [lower, upper]
  }
  const m = a.n + b.n - 2
  return {
    cohens_d: effect.cohensD,
    hedges_g: effect.hedgesG,
    hedges_g_approx: effect.cohensD * (1 - 3 / (4 * m - 1)),
    d_ci_90: interval(0.9),
    d_ci_95: interval(0.95),
    d_ci_99: interval(0.99),
  }
}
