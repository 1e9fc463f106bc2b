/** A value this far (in logarithms) below the peak adds nothing to the integral. */
const NEGLIGIBLE = 40
/** Halving the step squares the rule's error: once two results agree to this, the finer one is exact to rounding. */
const AGREEMENT = 1e-8
/** Rounding a logarithm of the integrand by half a unit changes it by this much of the logarithm; over a sum, a few. */
const ROUNDING = 4 * Number.EPSILON
const MAX_HALVINGS = 20
const MAX_CLIMBS = 200

/**
 * log of the integral over the real line of exp(logF), where logF rises to one peak and falls away from it. `start` and
 * `scale` are a guess of where the peak is and how wide.
 *
 * The trapezoidal rule, its step halved until it agrees with itself: for analytic functions that vanish at both ends it
 * converges faster than any power of the step. All terms are positive, so an integral of 1e-200 comes out as accurate
 * as one of 0.5.
 *
 * See Trefethen and Weideman (2014), "The exponentially convergent trapezoidal rule".
 */
export function logIntegralOfPeak(logF: (x: number) => number, start: number, scale: number): number {
  const [peak, top] = climb(logF, start, scale)
  // The width of so low a peak is less than the last digit of its height.
  if (top === -Infinity || ROUNDING * Math.abs(top) > 1) return top
  const f = (x: number) => Math.exp(logF(x) - top)

  // Far out in a tail the logarithms are so large that their last digit moves the integrand by more than the rule errs.
  const agreement = Math.max(AGREEMENT, ROUNDING * Math.abs(top))
  let step = scale
  let sum = sumOverNodes(f, peak, 0, step)
  for (let i = 0; i < MAX_HALVINGS; i++) {
    const finer = (sum + sumOverNodes(f, peak, step / 2, step)) / 2
    const agrees = Math.abs(finer - sum) <= agreement * finer
    ;[sum, step] = [finer, step / 2]
    if (agrees) break
  }
  return top + Math.log(sum)
}

/** step times the sum of f at peak + offset + i step, over all whole i that matter. */
function sumOverNodes(f: (x: number) => number, peak: number, offset: number, step: number): number {
  const floor = Math.exp(-NEGLIGIBLE)
  let sum = 0
  for (let x = peak + offset, value = f(x); ; x += step, value = f(x)) {
    sum += value
    if (!(value > floor)) break
  }
  for (let x = peak + offset - step, value = f(x); ; x -= step, value = f(x)) {
    sum += value
    if (!(value > floor)) break
  }
  return sum * step
}

/** Near enough to the peak that nothing overflows relative to it. */
const NEAR_PEAK = 1

/** Walks uphill, in steps that double while they help and halve when they overshoot, until both sides fall but little. */
function climb(logF: (x: number) => number, start: number, scale: number): [x: number, value: number] {
  let x = start
  let value = logF(x)
  let step = scale
  for (let i = 0; i < MAX_CLIMBS; i++) {
    const [right, left] = [logF(x + step), logF(x - step)]
    if (right > value || left > value) {
      ;[x, value] = right > left ? [x + step, right] : [x - step, left]
      step *= 2
    } else if (value - Math.min(right, left) < NEAR_PEAK) return [x, value]
    else step /= 2
  }
  return [x, value]
}
