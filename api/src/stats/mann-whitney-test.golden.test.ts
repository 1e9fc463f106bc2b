import { describeGolden } from './golden.contract.ts'
import { hodgesLehmannShift, type ShiftEstimate } from './hodges-lehmann-shift.ts'
import type { Alternative } from './inference-options.ts'
import { type MannWhitneyResult, mannWhitneyTest, type RankOptions } from './mann-whitney-test.ts'
import { isNotComputable } from './not-computable.ts'
import { rankSum } from './rank-sum.ts'
import { rankTableOf } from './rank-table.ts'

type Input =
  | { kind: 'raw'; a: number[]; b: number[] }
  | { kind: 'grouped'; values: number[]; counts_a: number[]; counts_b: number[] }

describeGolden<Input>({
  file: 'mannwhitney',
  rtol: 1e-12,
  compute: (input) => {
    const table =
      input.kind === 'raw'
        ? rankTableOf(input.a, input.b)
        : { values: input.values, control: input.counts_a, treatment: input.counts_b }
    const ranks = rankSum(table)
    const { nControl, nTreatment, u } = ranks
    const run = (alternative: Alternative, options: RankOptions) =>
      mannWhitneyTest(table, { alternative, ...options }) as MannWhitneyResult

    function pValues(options: RankOptions): object | null {
      const two = mannWhitneyTest(table, options)
      if (isNotComputable(two)) return null
      return {
        z: two.statistic,
        p_two: two.pValue,
        log10_p_two: two.log10PValue,
        p_greater: run('greater', options).pValue,
        p_less: run('less', options).pValue,
      }
    }
    const shift = (method: 'exact' | 'normal', level: number) => {
      const result = hodgesLehmannShift(table, { method, level })
      if (isNotComputable(result) || isNotComputable(result.confidenceInterval)) return null
      return [result.confidenceInterval.lower, result.confidenceInterval.upper]
    }
    const tested = mannWhitneyTest(table)
    return {
      n_a: nControl,
      n_b: nTreatment,
      u_b: u,
      u_a: nControl * nTreatment - u,
      cles: isNotComputable(tested) ? u / nControl / nTreatment : tested.probabilityOfSuperiority,
      rank_biserial: isNotComputable(tested) ? 0 : tested.rankBiserial,
      ties: ranks.ties,
      tie_sum: tieSum(table.control, table.treatment),
      sigma: ranks.sigma,
      asymptotic: pValues({ method: 'normal', continuityCorrection: false }),
      asymptotic_cc: pValues({ method: 'normal' }),
      exact: !isNotComputable(tested) && tested.method === 'exact' ? pValues({}) : null,
      hl: (hodgesLehmannShift(table) as ShiftEstimate).estimate,
      hl_ci_exact_90: shift('exact', 0.9),
      hl_ci_exact_95: shift('exact', 0.95),
      hl_ci_exact_99: shift('exact', 0.99),
      hl_ci_normal_90: shift('normal', 0.9),
      hl_ci_normal_95: shift('normal', 0.95),
      hl_ci_normal_99: shift('normal', 0.99),
    }
  },
})

/** The vectors list it; the code uses a form that does not cancel. */
function tieSum(control: ArrayLike<number>, treatment: ArrayLike<number>): number {
  return Array.from(control, (c, i) => c + treatment[i]!).reduce((sum, t) => sum + (t ** 3 - t), 0)
}
