import { betaComparison } from './beta-comparison.ts'
import { betaDifferenceInterval, betaLiftInterval } from './beta-intervals.ts'
import { betaCredibleInterval, betaPosterior } from './beta-posterior.ts'
import { bestOfArms } from './best-of-arms.ts'
import type { ConfidenceInterval } from './confidence-interval.ts'
import { deltaLift } from './delta-lift.ts'
import { describeGolden } from './golden.contract.ts'
import { normalPosterior } from './normal-posterior.ts'
import { isNotComputable } from './not-computable.ts'

interface Prior {
  proper: boolean
  prior_mean: number
  prior_var: number
}
interface ArmsInput {
  scale: 'absolute' | 'relative'
  n_a: number
  mean_a: number
  var_a: number
  n_b: number
  mean_b: number
  var_b: number
}
type Input =
  | {
      kind: 'beta_binomial'
      prior_alpha: number
      prior_beta: number
      x_a: number
      n_a: number
      x_b: number
      n_b: number
    }
  | { kind: 'best'; prior_alpha: number; prior_beta: number; arms: { x: number; n: number }[] }
  | ({ kind: 'normal'; estimate: number; se: number } & Prior)
  | ({ kind: 'normal_arms' } & ArmsInput & Prior)

describeGolden<Input>({
  file: 'bayes',
  rtol: ({ input }, path) => (input.kind.startsWith('normal') ? 1e-12 : /ci_|median/.test(path) ? 1e-8 : 1e-9),
  scale: (path, { expected }) => {
    const { sd_a, sd_b, sd } = expected as Record<string, number>
    if (/^(estimate|mean)$/.test(path)) return sd ?? null
    return path === 'diff_mean' ? Math.hypot(sd_a!, sd_b!) : null
  },
  compute: (input) => {
    if (input.kind === 'normal') return normalFields(input.estimate, input.se, input)
    if (input.kind === 'normal_arms') return ofArms(input)
    const prior = { alpha: input.prior_alpha, beta: input.prior_beta }
    if (input.kind === 'best') {
      const arms = input.arms.map(({ x, n }) => betaPosterior({ successes: x, n }, prior))
      const best = bestOfArms(arms)
      return {
        p_best: best.map(({ chanceToBeBest }) => chanceToBeBest),
        expected_loss: best.map(({ expectedLoss }) => expectedLoss),
        mean: arms.map(({ mean }) => mean),
      }
    }
    const a = betaPosterior({ successes: input.x_a, n: input.n_a }, prior)
    const b = betaPosterior({ successes: input.x_b, n: input.n_b }, prior)
    const compared = betaComparison(a, b)
    const lift = (level: number) => betaLiftInterval(a, b, level)
    const median = lift(0.95)
    return {
      p_b_gt_a: compared.chanceToWin,
      p_a_gt_b: compared.chanceToLose,
      log10_p_b_gt_a: compared.log10ChanceToWin,
      log10_p_a_gt_b: compared.log10ChanceToLose,
      loss_a: compared.expectedLossOfControl,
      loss_b: compared.expectedLossOfTreatment,
      mean_a: a.mean,
      sd_a: a.standardDeviation,
      arm_ci_95_a: ends(betaCredibleInterval(a)),
      mean_b: b.mean,
      sd_b: b.standardDeviation,
      arm_ci_95_b: ends(betaCredibleInterval(b)),
      diff_mean: compared.difference,
      lift_mean: typeof compared.lift === 'number' ? compared.lift : null,
      diff_ci_90: ends(betaDifferenceInterval(a, b, 0.9)),
      diff_ci_95: ends(betaDifferenceInterval(a, b, 0.95)),
      diff_ci_99: ends(betaDifferenceInterval(a, b, 0.99)),
      ...Object.fromEntries(
        [0.9, 0.95, 0.99].map((level) => {
          const interval = lift(level)
          return [
            `lift_ci_${Math.round(level * 100)}`,
            isNotComputable(interval) ? null : ends(interval.credibleInterval),
          ]
        }),
      ),
      lift_median: isNotComputable(median) ? null : median.median,
    }
  },
})

function ofArms(input: ArmsInput & Prior): unknown {
  const { scale, n_a, mean_a, var_a, n_b, mean_b, var_b } = input
  if (scale === 'absolute') return normalFields(mean_b - mean_a, Math.sqrt(var_a / n_a + var_b / n_b), input)
  const control = { value: mean_a, standardError: Math.sqrt(var_a / n_a) }
  const treatment = { value: mean_b, standardError: Math.sqrt(var_b / n_b) }
  const lift = deltaLift(control, treatment)
  return isNotComputable(lift) ? null : normalFields(lift.estimate, lift.standardError, input)
}

function normalFields(estimate: number, se: number, { proper, prior_mean, prior_var }: Prior): unknown {
  const prior = proper ? { mean: prior_mean, variance: prior_var } : null
  const posterior = normalPosterior(estimate, se, prior)
  if (isNotComputable(posterior)) return null
  return {
    estimate,
    se,
    mean: posterior.mean,
    sd: posterior.standardDeviation,
    chance_to_win: posterior.chanceToWin,
    chance_to_lose: posterior.chanceToLose,
    log10_chance_to_win: posterior.log10ChanceToWin,
    log10_chance_to_lose: posterior.log10ChanceToLose,
    risk_treatment: posterior.expectedLossOfTreatment,
    risk_control: posterior.expectedLossOfControl,
    ...Object.fromEntries(
      [0.9, 0.95, 0.99].map((level) => {
        const at = normalPosterior(estimate, se, prior, level)
        return [`ci_${Math.round(level * 100)}`, isNotComputable(at) ? null : ends(at.credibleInterval)]
      }),
    ),
  }
}

function ends({ lower, upper }: ConfidenceInterval): unknown {
  return [lower, upper]
}
