/** What exact counting can afford: the work grows with the square of the number of pairs. */
const MOST_PAIRS = 10_000

/** Whether the exact distribution of U is within reach. */
export function isCountable(nControl: number, nTreatment: number): boolean {
  return nControl * nTreatment <= MOST_PAIRS
}

/**
 * P(U <= u) for u = 0 ... n_c n_t under no effect and without ties, by counting: of all equally likely ways to choose
 * the treatment's ranks, how many give each U.
 *
 * The counts are doubles: all terms are positive, so they stay good to the last digits however large they become.
 *
 * See Mann and Whitney (1947), "On a test of whether one of two random variables is stochastically larger than the
 * other".
 */
export function exactRankDistribution(nControl: number, nTreatment: number): Float64Array {
  const [small, large] = nControl < nTreatment ? [nControl, nTreatment] : [nTreatment, nControl]
  const pairs = small * large
  // probability[k][u]: of U = u with k users in the smaller arm, for a larger arm that grows from 0 to its size.
  const probability = Array.from({ length: small + 1 }, () => new Float64Array(pairs + 1))
  for (const row of probability) row[0] = 1
  for (let m = 1; m <= large; m++) {
    for (let k = 1; k <= small; k++) {
      // The largest value of all belongs to the smaller arm (it beats all m of the larger one) or to the larger one.
      const shareSmall = k / (k + m)
      const row = probability[k]!
      const fewer = probability[k - 1]!
      for (let u = k * m; u >= 0; u--) {
        row[u] = (1 - shareSmall) * row[u]! + (u >= m ? shareSmall * fewer[u - m]! : 0)
      }
    }
  }
  return cumulated(probability[small]!)
}

function cumulated(probabilities: Float64Array): Float64Array {
  let sum = 0
  return probabilities.map((p) => (sum += p))
}
