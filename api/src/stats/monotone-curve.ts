import { findRoot } from './distributions/numerics/find-root.ts'

/** A rising curve through given points, and its inverse. Beyond the points it goes on as a straight line. */
export interface MonotoneCurve {
  at(x: number): number
  inverse(y: number): number
}

/**
 * The smooth curve through points that rises wherever they do: cubic pieces whose slopes are held back so that none of
 * them overshoots.
 *
 * Domains: at least two points, rising in both coordinates. Errors: RangeError otherwise.
 *
 * See Fritsch and Carlson (1980), "Monotone piecewise cubic interpolation".
 *
 * @example
 * const curve = monotoneCurve([0, 1, 2], [0, 1, 4])
 * curve.at(1) // => 1
 * curve.inverse(4) // => 2
 */
export function monotoneCurve(xs: number[], ys: number[]): MonotoneCurve {
  const last = xs.length - 1
  if (last < 1) throw new RangeError('a curve needs at least two points')
  const chords = xs.slice(1).map((x, i) => (ys[i + 1]! - ys[i]!) / (x - xs[i]!))
  if (!chords.every((chord) => chord > 0 && chord < Infinity)) throw new RangeError('the points of a curve must rise')
  const slopes = xs.map((_, i) => slopeAt(i, xs, chords))

  function at(x: number): number {
    if (x <= xs[0]!) return ys[0]! + (x - xs[0]!) * chords[0]!
    if (x >= xs[last]!) return ys[last]! + (x - xs[last]!) * chords[last - 1]!
    const i = segmentOf(xs, x)
    const width = xs[i + 1]! - xs[i]!
    const t = (x - xs[i]!) / width
    const rest = 1 - t
    return (
      ys[i]! * (1 + 2 * t) * rest * rest +
      slopes[i]! * width * t * rest * rest +
      ys[i + 1]! * t * t * (3 - 2 * t) -
      slopes[i + 1]! * width * t * t * rest
    )
  }

  function inverse(y: number): number {
    if (y <= ys[0]!) return xs[0]! + (y - ys[0]!) / chords[0]!
    if (y >= ys[last]!) return xs[last]! + (y - ys[last]!) / chords[last - 1]!
    const i = segmentOf(ys, y)
    return findRoot((x) => at(x) - y, xs[i]!, xs[i + 1]!)
  }

  return { at, inverse }
}

/** The harmonic mean of the chords to both sides, weighted by their widths; at the ends the chord. */
function slopeAt(i: number, xs: number[], chords: number[]): number {
  if (i === 0) return chords[0]!
  if (i === xs.length - 1) return chords[i - 1]!
  const [before, after] = [xs[i]! - xs[i - 1]!, xs[i + 1]! - xs[i]!]
  const [w1, w2] = [2 * after + before, after + 2 * before]
  return (w1 + w2) / (w1 / chords[i - 1]! + w2 / chords[i]!)
}

/** Position of the last of the ordered numbers that is at most `value`, the last one left out. */
function segmentOf(ordered: number[], value: number): number {
  let i = 0
  while (i < ordered.length - 2 && ordered[i + 1]! <= value) i++
  return i
}
