import { normal } from '../stats/distributions/normal.ts'

/** Between what a share must lie that was counted in a simulation, and why. */
export interface Bounds {
  low: number
  high: number
  /** The share that theory gives. */
  expected: number
  basis: string
}

/** Standard errors that chance may take a share away from its expectation: 1 in 16,000 goes further. */
export const CHANCE = 4

/** What chance does to a share counted in so many replications. */
export function monteCarloError(share: number, replications: number): number {
  return CHANCE * Math.sqrt((share * (1 - share)) / replications)
}

/** The share is the expected one but for chance. */
export function nominal(expected: number, replications: number, basis = 'nominal'): Bounds {
  const error = monteCarloError(expected, replications)
  return { expected, low: Math.max(0, expected - error), high: expected + error, basis }
}

/**
 * The share is known from adding up the probabilities of all outcomes: counts are discrete, so few levels can be reached.
 * The simulation must find that share, and the share itself must not be above a limit.
 */
export function exactly(expected: number, replications: number, limit: number): Bounds {
  // Where the share is tiny, one case more or less must not count as a contradiction.
  const error = monteCarloError(expected, replications) + 1 / replications
  return { expected, low: Math.max(0, expected - error), high: Math.min(expected, limit) + error, basis: 'exact' }
}

/**
 * What a test that approximates a discrete distribution may take for 5 % and 1 %.
 *
 * See Cochran (1952), "The chi-square test of goodness of fit", section 7.
 */
export function cochranLimit(alpha: number): number {
  return alpha <= 0.01 ? 1.5 * alpha : 1.2 * alpha
}

/** How the sums of an arm's users lean, and how heavy their tails are. */
export interface Shape {
  variance: number
  /** Third central moment. */
  third: number
  /** Excess kurtosis. */
  kurtosis: number
}

/** Kurtosis of the difference from which on the expansion says nothing: a handful of users make all of it. */
const FEW = 0.25

/**
 * The share on one side of a t interval of a difference, where values are not normal. The first terms of the Edgeworth
 * expansion say how far that is from nominal: a lean of the difference moves share from one side to the other by
 * (2 z^2 + 1) phi(z) skewness / 6, and heavy tails take z (z^2 - 3) phi(z) kurtosis / 12 from each (skewness and kurtosis of
 * the difference), since few users make both the difference and its standard error large. The test errs to the safe side
 * then: not above nominal, and not below nominal less twice what the expansion takes away, whose further terms are of
 * that size. With a handful of users it may be far below.
 *
 * See Hall (1992), "The bootstrap and Edgeworth expansion", section 2.6.
 *
 * @param sides how many sides are counted together: 2 for a two-sided test
 */
export function studentised(
  tail: number,
  sides: 1 | 2,
  n: number,
  [control, treatment]: [Shape, Shape],
  replications: number,
): Bounds {
  const z = normal.isf(tail)
  const density = normal.pdf(z)
  const variance = (control.variance + treatment.variance) / n
  const skewness = (treatment.third - control.third) / n ** 2 / variance ** 1.5
  const fourth = (control.kurtosis * control.variance ** 2 + treatment.kurtosis * treatment.variance ** 2) / n ** 3
  const kurtosis = Math.max(0, fourth / variance ** 2)
  const lean = sides === 2 ? 0 : (Math.abs(skewness) * (2 * z * z + 1) * density) / 6
  const drop = (sides * z * Math.max(0, z * z - 3) * density * kurtosis) / 12
  const expected = tail * sides
  const error = monteCarloError(expected, replications)
  const basis = kurtosis > FEW ? 'at most' : lean + drop < expected / 100 ? 'nominal' : 'Edgeworth'
  const low = basis === 'at most' ? 0 : Math.max(0, expected - lean - 2 * drop - error)
  return { expected, low, high: expected + lean + error, basis }
}

/** The shape of a population's values as the ratio sees them: each value less what its denominator accounts for. */
export function shapeOf(values: ArrayLike<number>): Shape {
  const n = values.length
  let mean = 0
  for (let i = 0; i < n; i++) mean += values[i]! / n
  let [second, third, fourth] = [0, 0, 0]
  for (let i = 0; i < n; i++) {
    const deviation = values[i]! - mean
    const squared = deviation * deviation
    second += squared / n
    third += (squared * deviation) / n
    fourth += (squared * squared) / n
  }
  return { variance: second, third, kurtosis: fourth / second ** 2 - 3 }
}
