const MAX_STEPS = 300

/**
 * Where a continuous function crosses zero between `low` and `high`, to the last digits.
 *
 * Inverse quadratic interpolation where it is safe, bisection where it is not, and a chord to begin with: never more than a
 * few times the steps of bisection, usually about six. Infinite values of f are allowed (they are bisected away).
 *
 * Errors: RangeError when f has the same sign at both ends.
 *
 * See Chandrupatla (1997), "A new hybrid quadratic/bisection algorithm for finding the zero of a nonlinear function
 * without using derivatives".
 */
export function findRoot(f: (x: number) => number, low: number, high: number): number {
  return rootBetween(f, low, high, f(low), f(high))
}

/** The same with the values at both ends, where they are known. */
function rootBetween(f: (x: number) => number, low: number, high: number, atLow: number, atHigh: number): number {
  let [a, b, fa, fb] = [low, high, atLow, atHigh]
  if (fa === 0) return a
  if (fb === 0) return b
  if (fa > 0 === fb > 0) throw new RangeError(`f must change sign between ${low} and ${high}`)
  const chord = fa / (fa - fb)
  let t = chord > 0 && chord < 1 ? chord : 0.5
  for (let step = 0; step < MAX_STEPS; step++) {
    const x = a + t * (b - a)
    const fx = f(x)
    // Keep the bracket [a, b] with the newest point as a, and the point that left it as c.
    const sameSide = fx > 0 === fa > 0
    const [c, fc] = sameSide ? [a, fa] : [b, fb]
    if (!sameSide) [b, fb] = [a, fa]
    ;[a, fa] = [x, fx]
    const [best, fBest] = Math.abs(fa) < Math.abs(fb) ? [a, fa] : [b, fb]
    const tolerance = (2 * Number.EPSILON * Math.abs(best) + Number.MIN_VALUE) / Math.abs(b - a)
    if (fBest === 0 || tolerance > 0.5) return best
    t = Math.min(1 - tolerance, Math.max(tolerance, nextFraction(a, b, c, fa, fb, fc)))
  }
  return Math.abs(fa) < Math.abs(fb) ? a : b
}

/** How far from a to b to go next. */
function nextFraction(a: number, b: number, c: number, fa: number, fb: number, fc: number): number {
  const xi = (a - b) / (c - b)
  const phi = (fa - fb) / (fc - fb)
  const interpolationIsSafe = phi ** 2 < xi && (1 - phi) ** 2 < 1 - xi
  if (!interpolationIsSafe) return 0.5
  const fraction = (fa / (fb - fa)) * (fc / (fb - fc)) + ((c - a) / (b - a)) * (fa / (fc - fa)) * (fb / (fc - fb))
  return Number.isFinite(fraction) ? fraction : 0.5
}

/** Doublings of the first step: enough to cross the whole range of doubles. */
const MAX_DOUBLINGS = 2100

/** Where an increasing function crosses zero, walking from `start` in doubling steps until the crossing is enclosed. */
export function solveIncreasing(f: (x: number) => number, start: number, firstStep: number): number {
  const value = f(start)
  if (value === 0) return start
  const direction = value < 0 ? 1 : -1
  let [inside, atInside] = [start, value]
  let step = firstStep
  for (let i = 0; i < MAX_DOUBLINGS; i++) {
    const outside = inside + direction * step
    const atOutside = f(outside)
    if (atOutside * direction >= 0) return rootBetween(f, inside, outside, atInside, atOutside)
    ;[inside, atInside] = [outside, atOutside]
    step *= 2
  }
  throw new RangeError(`f does not cross zero on the ${direction > 0 ? 'upper' : 'lower'} side of ${start}`)
}
