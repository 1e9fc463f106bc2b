import { normal } from './distributions/normal.ts'
import { describeGolden } from './golden.contract.ts'
import { isNotComputable } from './not-computable.ts'
import { quantileDifferenceTest } from './quantile-difference-test.ts'
import {
  type ClusterSums,
  clusteredQuantileEstimate,
  clusteredShareVariance,
  quantileEstimate,
} from './quantile-estimate.ts'
import { exactQuantileInterval, quantileOf } from './quantile.ts'
import { sizeOf, type ValueTable, valueTableOf } from './value-table.ts'
import { quantileErrorFromSummary, type QuantileSummary } from './quantile-summary.ts'

interface Summary {
  n: number
  n_star: number
  quantile_hat: number
  quantile_lower: number
  quantile_upper: number
  cluster?: { sum_s: number; sum_ss: number; sum_n: number; sum_nn: number; sum_sn: number; m: number }
}
type Input =
  | { kind: 'quantile'; x?: number[]; values?: number[]; counts?: number[]; p: number[] }
  | { kind: 'exact_ci'; x: number[]; nu: number; level: number }
  | { kind: 'diff'; a: number[]; b: number[]; nu: number }
  | { kind: 'diff_clustered'; a: number[]; a_cluster: number[]; b: number[]; b_cluster: number[]; nu: number }
  | { kind: 'summary'; nu: number; a: Summary; b: Summary }

interface Arm {
  value: number
  se: number | null
}

describeGolden<Input>({
  file: 'quantiles',
  rtol: 1e-12,
  compute: (input) => {
    switch (input.kind) {
      case 'quantile': {
        const table = input.x ? valueTableOf(input.x) : { values: input.values!, counts: input.counts! }
        return { q: input.p.map((p) => quantileOf(table, p)) }
      }
      case 'exact_ci': {
        const interval = exactQuantileInterval(valueTableOf(input.x), input.nu, input.level)
        if (isNotComputable(interval)) return null
        const { lowerRank, upperRank, lower, upper, coverage } = interval
        return { l: lowerRank, u: upperRank, ci: [lower, upper], coverage }
      }
      case 'diff': {
        const [a, b] = [input.a, input.b].map((x) => independent(valueTableOf(x), input.nu))
        return { a, b, ...comparison({ value: a!.q, se: a!.se }, { value: b!.q, se: b!.se }) }
      }
      case 'diff_clustered': {
        const a = clustered(input.a, input.a_cluster, input.nu)
        const b = clustered(input.b, input.b_cluster, input.nu)
        return {
          a,
          b,
          scaled: comparison({ value: a.q, se: a.se_scaled }, { value: b.q, se: b.se_scaled }),
          outer: comparison({ value: a.q, se: a.se_outer }, { value: b.q, se: b.se_outer }),
        }
      }
      case 'summary': {
        const [a, b] = [input.a, input.b].map((arm) => ofSummary(arm, input.nu))
        return {
          var_cluster_a: a!.varCluster,
          var_cluster_b: b!.varCluster,
          se_a: a!.se,
          se_b: b!.se,
          ...comparison(a!, b!),
        }
      }
    }
  },
})

function independent(table: ValueTable, nu: number) {
  const n = sizeOf(table)
  const margin = normal.isf(0.025) * Math.sqrt((nu * (1 - nu)) / n)
  const estimate = quantileEstimate(table, nu)
  const base = { n, q: quantileOf(table, nu) as number, nu_lo: nu - margin, nu_hi: nu + margin }
  return isNotComputable(estimate)
    ? { ...base, q_lo: null, q_hi: null, se: null }
    : { ...base, q_lo: estimate.lower, q_hi: estimate.upper, se: estimate.standardError }
}

function clustered(x: number[], labels: number[], nu: number) {
  const table = valueTableOf(x)
  const plain = independent(table, nu)
  const counts = new Map<number, { s: number; n: number }>()
  x.forEach((value, i) => {
    const own = counts.get(labels[i]!) ?? { s: 0, n: 0 }
    counts.set(labels[i]!, { s: own.s + (value <= plain.q ? 1 : 0), n: own.n + 1 })
  })
  const sums: ClusterSums = { clusters: counts.size, s: 0, n: 0, ss: 0, nn: 0, sn: 0 }
  for (const { s, n } of counts.values()) {
    sums.s += s
    sums.n += n
    sums.ss += s * s
    sums.nn += n * n
    sums.sn += s * n
  }
  const varCluster = clusteredShareVariance(sums)
  const varIid = (nu * (1 - nu)) / x.length
  const outer = clusteredQuantileEstimate(table, nu, varCluster)
  return {
    ...plain,
    clusters: counts.size,
    var_cluster: varCluster,
    var_iid: varIid,
    se_scaled: plain.se === null ? null : plain.se * Math.sqrt(varCluster / varIid),
    se_outer: isNotComputable(outer) ? null : outer.standardError,
  }
}

function ofSummary({ n, n_star, quantile_hat, quantile_lower, quantile_upper, cluster }: Summary, nu: number) {
  const sums = cluster && {
    clusters: cluster.m,
    s: cluster.sum_s,
    n: cluster.sum_n,
    ss: cluster.sum_ss,
    nn: cluster.sum_nn,
    sn: cluster.sum_sn,
  }
  const summary: QuantileSummary = {
    n,
    intervalN: n_star,
    value: quantile_hat,
    lower: quantile_lower,
    upper: quantile_upper,
    ...(sums ? { clusters: sums } : {}),
  }
  return {
    value: quantile_hat,
    se: quantileErrorFromSummary(summary, nu),
    varCluster: sums && clusteredShareVariance(sums),
  }
}

function comparison(a: Arm, b: Arm): object {
  const diff = b.value - a.value
  if (a.se === null || b.se === null) return { diff, se: null }
  const [control, treatment] = [a, b].map(({ value, se }) => ({ value, standardError: se! }))
  const at = (level: number) => quantileDifferenceTest(control!, treatment!, { level })
  const test = at(0.95)
  const ends = (level: number) => {
    const one = at(level)
    return isNotComputable(one) ? [diff, diff] : [one.confidenceInterval.lower, one.confidenceInterval.upper]
  }
  return {
    diff,
    se: isNotComputable(test) ? 0 : test.standardError,
    p_two: isNotComputable(test) ? null : test.pValue,
    ci_90: ends(0.9),
    ci_95: ends(0.95),
    ci_99: ends(0.99),
  }
}
