import type { SpendingFunction } from './alpha-spending.ts'
import { confidenceSequence } from './confidence-sequence.ts'
import { describeGolden } from './golden.contract.ts'
import { groupSequentialBounds } from './group-sequential-bounds.ts'
import type { Alternative } from './inference-options.ts'
import { mixtureSequentialTest } from './mixture-sequential-test.ts'
import { isNotComputable } from './not-computable.ts'

interface Spending {
  kind: 'spending'
  spending: 'obf' | 'pocock' | 'hsd'
  alpha: number
  sides: 1 | 2
  t: number[]
  gamma?: number
}

interface Arm {
  n_a: number
  mean_a: number
  var_a: number
  n_b: number
  mean_b: number
  var_b: number
}

interface Mixture {
  kind: 'msprt'
  tau2: number
  alpha: number
  looks: Arm[]
}

interface Sequence {
  kind: 'acs'
  sigma: number
  n: number
  estimate: number
  alpha: number
  n_star?: number
  rho?: number
}

describeGolden<Spending | Mixture | Sequence>({
  file: 'sequential',
  rtol: ({ input }) => (input.kind === 'spending' ? 1e-10 : 1e-12),
  compute: (input) => {
    if (input.kind === 'spending') return bounds(input)
    return input.kind === 'msprt' ? mixture(input) : sequence(input)
  },
})

function bounds({ spending, alpha, sides, t, gamma = 0 }: Spending): unknown {
  const functions: Record<Spending['spending'], SpendingFunction> = {
    obf: { kind: 'obrienFleming' },
    pocock: { kind: 'pocock' },
    hsd: { kind: 'hwangShihDeCani', gamma },
  }
  const looks = groupSequentialBounds(t, { alpha, sides, spending: functions[spending] })
  return {
    spent: looks.map((look) => look.spentAlpha),
    z: looks.map((look) => look.criticalValue),
    p_nominal_one_sided: looks.map((look) => look.nominalAlpha / sides),
    p_nominal_two_sided: looks.map((look) => (look.nominalAlpha / sides) * 2),
  }
}

function mixture({ tau2, alpha, looks }: Mixture): unknown {
  const estimates = looks.map(({ n_a, mean_a, var_a, n_b, mean_b, var_b }) => ({
    estimate: mean_b - mean_a,
    variance: var_a / n_a + var_b / n_b,
  }))
  const result = mixtureSequentialTest(estimates, { mixingVariance: tau2, alpha })
  if (isNotComputable(result)) return null
  const ends = (interval: { lower: number; upper: number } | null) => interval && [interval.lower, interval.upper]
  return {
    d: estimates.map(({ estimate }) => estimate),
    v: estimates.map(({ variance }) => variance),
    log_lambda: result.looks.map((look) => look.logRatio),
    p: result.looks.map((look) => look.pValue),
    p_always_valid: result.looks.map((look) => look.alwaysValidPValue),
    log10_p: result.looks.map((look) => look.log10PValue),
    half_width: result.looks.map((look) => look.halfWidth),
    ci: result.looks.map((look) => ends(look.interval)),
    ci_running: result.looks.map((look) => ends(look.runningInterval)),
  }
}

function sequence({ sigma, n, estimate, alpha, n_star, rho }: Sequence): unknown {
  const run = (alternative: Alternative) => {
    const tuning = rho === undefined ? { tunedFor: n_star! } : { rho }
    return confidenceSequence(estimate, sigma / Math.sqrt(n), n, { level: 1 - alpha, alternative, ...tuning })
  }
  const [two, greater, less] = [run('two-sided'), run('greater'), run('less')]
  if (isNotComputable(two) || isNotComputable(greater) || isNotComputable(less)) return null
  return {
    rho: two.rho,
    half_width: two.halfWidth,
    ci: [two.confidenceInterval.lower, two.confidenceInterval.upper],
    p: two.pValue,
    log10_p: two.log10PValue,
    one_sided: {
      rho: greater.rho,
      half_width: greater.halfWidth,
      lower: greater.confidenceInterval.lower,
      upper: less.confidenceInterval.upper,
      p_greater: greater.pValue,
      p_less: less.pValue,
    },
  }
}
