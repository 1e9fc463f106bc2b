import type { FeatureCells } from './feature-cells.ts'
import type { Outcome } from './outcome.ts'

/** What the users of each cell did. Of conversions the squared deviations follow from the share. */
export function cellOutcome({ n, mean, m2, denominator }: FeatureCells): Outcome {
  const counts = Float64Array.from(n)
  const means = Float64Array.from(mean)
  return {
    n: counts,
    mean: means,
    m2: m2 === null ? means.map((share, i) => counts[i]! * share * (1 - share)) : Float64Array.from(m2),
    denominator: denominator
      ? {
          mean: Float64Array.from(denominator.mean),
          m2: Float64Array.from(denominator.m2),
          coMoment: Float64Array.from(denominator.coMoment),
        }
      : null,
  }
}
