import type { RankTable } from './rank-table.ts'

/** What the ranks of two arms add up to. */
export interface RankSum {
  nControl: number
  nTreatment: number
  /** #{treatment > control} + #{equal} / 2, over all pairs of one user each */
  u: number
  /** u minus its mean under no effect, without the cancellation of that difference */
  excess: number
  /** standard deviation of u under no effect, ties taken into account */
  sigma: number
  /** whether any value was seen more than once */
  ties: boolean
}

/**
 * The Mann-Whitney U of the treatment, its mean and its standard deviation, in one pass over the distinct values.
 *
 * Formula: with B_i users below value i and A_i above it, 2 (u - mean) = sum of treatment_i (control below i - control
 * above i) and sigma^2 = n_c n_t / (4 N (N - 1)) x sum of t_i (B_i - A_i)^2: the usual tie correction as a sum of
 * positive terms, exact also where nearly all users are tied (zero-inflated revenue).
 *
 * See Lehmann (1975), "Nonparametrics: statistical methods based on ranks", section 1.4.
 */
export function rankSum({ values, control, treatment }: RankTable): RankSum {
  let [nControl, nTreatment] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    nControl += control[i]!
    nTreatment += treatment[i]!
  }
  const n = nControl + nTreatment
  let [below, belowControl] = [0, 0]
  let [u, twiceExcess, spread] = [0, 0, 0]
  let ties = false
  for (let i = 0; i < values.length; i++) {
    const [c, t] = [control[i]!, treatment[i]!]
    const above = n - below - c - t
    u += t * (belowControl + c / 2)
    twiceExcess += t * (2 * belowControl + c - nControl)
    spread += (c + t) * (below - above) ** 2
    ties ||= c + t > 1
    below += c + t
    belowControl += c
  }
  const variance = n < 2 ? 0 : (nControl / n) * (nTreatment / (n - 1)) * (spread / 4)
  return { nControl, nTreatment, u, excess: twiceExcess / 2, sigma: Math.sqrt(variance), ties }
}
