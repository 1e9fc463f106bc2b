/**
 * Count, mean and centred second moment of a set of values: all that tests of means need. Two of them merge into the
 * moments of both sets together, so a day, a file or a segment is summed up once and never read again.
 */
export interface Moments {
  /** how many values */
  n: number
  mean: number
  /** sum of squared deviations from the mean. Never a sum of squares: on 1e8 + noise its variance comes out negative */
  m2: number
}

export const NO_VALUES: Moments = { n: 0, mean: 0, m2: 0 }

/**
 * The moments of a list of values.
 *
 * Formula: deviations are taken from the first value, which leaves a constant list exactly without spread and a large
 * common offset without effect; then the corrected two-pass algorithm.
 *
 * Errors: RangeError for a value that is not a finite number.
 *
 * See Chan, Golub and LeVeque (1983), "Algorithms for computing the sample variance: analysis and recommendations".
 *
 * @example
 * momentsOf([1, 2, 3, 4]) // => { n: 4, mean: 2.5, m2: 5 }
 */
export function momentsOf(values: ArrayLike<number>): Moments {
  const n = values.length
  if (n === 0) return NO_VALUES
  const origin = values[0]!
  let sum = 0
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(values[i])) throw new RangeError(`values must be finite numbers, got ${values[i]} at ${i}`)
    sum += values[i]! - origin
  }
  const shift = sum / n
  let squares = 0
  let residue = 0
  for (let i = 0; i < n; i++) {
    const deviation = values[i]! - origin - shift
    squares += deviation * deviation
    residue += deviation
  }
  // The residue would be 0 in exact arithmetic; what rounding left in it is taken out of mean and squares.
  return { n, mean: origin + (shift + residue / n), m2: Math.max(0, squares - (residue * residue) / n) }
}

/**
 * The moments of two disjoint sets of values together.
 *
 * Formula: m2 = m2 of a + m2 of b + (difference of means)^2 n_a n_b / (n_a + n_b).
 *
 * See Chan, Golub and LeVeque (1983), "Algorithms for computing the sample variance: analysis and recommendations", on
 * the pairwise update.
 *
 * @example
 * combineMoments(momentsOf([1, 2]), momentsOf([3, 4])) // => { n: 4, mean: 2.5, m2: 5 }
 */
export function combineMoments(a: Moments, b: Moments): Moments {
  if (a.n === 0) return b
  if (b.n === 0) return a
  const n = a.n + b.n
  const delta = b.mean - a.mean
  const share = b.n / n
  return { n, mean: a.mean + delta * share, m2: a.m2 + b.m2 + delta * delta * a.n * share }
}

/**
 * The moments of n values with a known sample variance (divisor n - 1).
 *
 * Errors: RangeError for n below 1, a mean that is not finite, or a negative variance.
 *
 * @example
 * momentsFromVariance({ n: 4, mean: 2.5, variance: 5 / 3 }) // => { n: 4, mean: 2.5, m2: 5 }
 */
export function momentsFromVariance({ n, mean, variance }: { n: number; mean: number; variance: number }): Moments {
  const moments = { n, mean, m2: variance * (n - 1) }
  if (n < 1) throw new RangeError(`n must be at least 1, got ${n}`)
  requireMoments('moments', moments)
  return moments
}

/** A spread below this many units in the last place of the mean is what rounding leaves of a constant. */
const ROUNDING = 4 * Number.EPSILON

/** Sample variance, with divisor n - 1; 0 for fewer than two values and for values that differ by rounding only. */
export function sampleVariance({ n, mean, m2 }: Moments): number {
  if (n < 2) return 0
  const variance = m2 / (n - 1)
  return Math.sqrt(variance) <= ROUNDING * Math.abs(mean) ? 0 : variance
}

/** Errors: RangeError naming the field that no set of values can have. */
export function requireMoments(name: string, { n, mean, m2 }: Moments): void {
  if (!(n >= 0 && n < Infinity)) throw new RangeError(`${name}.n must be a number of at least 0, got ${n}`)
  if (!Number.isFinite(mean)) throw new RangeError(`${name}.mean must be a finite number, got ${mean}`)
  if (!(m2 >= 0 && m2 < Infinity)) throw new RangeError(`${name}.m2 must be a number of at least 0, got ${m2}`)
}
