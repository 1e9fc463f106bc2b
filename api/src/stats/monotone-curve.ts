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

/** The slope of the parabola through three points, held to what cannot overshoot. */
function slopeAt(i: number, xs: number[], chords: number[]): number {
  const last = xs.length - 1
  if (last === 1) return chords[0]!
  const middle = Math.min(Math.max(i, 1), last - 1)
  const [before, after] = [xs[middle]! - xs[middle - 1]!, xs[middle + 1]! - xs[middle]!]
  const bend = (chords[middle]! - chords[middle - 1]!) / (before + after)
  const slope =
    i === middle
      ? chords[middle - 1]! + bend * before
      : i === 0
        ? chords[0]! - bend * before
        : chords[last - 1]! + bend * after
  const least = Math.min(chords[Math.max(i - 1, 0)]!, chords[Math.min(i, last - 1)]!)
  return Math.min(Math.max(slope, 0), 3 * least)
}

/** Position of the last of the ordered numbers that is at most `value`, the last one left out. */
function segmentOf(ordered: number[], value: number): number {
  let i = 0
  while (i < ordered.length - 2 && ordered[i + 1]! <= value) i++
  return i
}
