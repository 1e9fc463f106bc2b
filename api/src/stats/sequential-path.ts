import { normal } from './distributions/normal.ts'
import { gaussLegendre, type Quadrature } from './gauss-legendre.ts'

/** What a path may do at a look without ending the experiment: stay between the two, on the scale of the z statistic. */
export interface ContinuationRegion {
  /** null: nothing ends it below */
  lower: number | null
  /** null: nothing ends it above */
  upper: number | null
}

/**
 * Where the paths are that no look has ended yet. The statistic times the square root of the information is a Brownian
 * motion: its steps are independent and normal, with the added information as variance.
 */
export interface SequentialPath {
  /** Information at the look; 0 before the first. */
  information: number
  /** Density of the paths that go on, at the points; null before the first look, where all of them are at 0. */
  density: (Quadrature & { values: Float64Array }) | null
}

export const PATH_START: SequentialPath = { information: 0, density: null }

/** A panel is so many standard deviations of the narrowest normal density that is integrated over it. */
const PANEL = 3
/** So many standard deviations above its mean a normal tail is 0 in doubles: the least crossing probability is resolved. */
const ABOVE = 39
/** Paths so far below matter neither for what crosses above nor, being 1e-19 of all, for what crosses below. */
const BELOW = 9
/** What comes from farther than so many standard deviations of a step off where most comes from is 1e-20 of it. */
const KERNEL_REACH = 9.5

/** The probability of being above `z` (or below it) at a look with this information, having gone on until then. */
export function crossingProbability(
  path: SequentialPath,
  information: number,
  z: number,
  drift: number,
  side: 'upper' | 'lower' = 'upper',
): number {
  const added = information - path.information
  const spread = Math.sqrt(added)
  const end = z * Math.sqrt(information) - drift * added
  const tail = side === 'upper' ? normal.sf : normal.cdf
  if (path.density === null) return tail(end / spread)
  const { points, weights, values } = path.density
  let sum = 0
  for (let i = 0; i < points.length; i++) sum += weights[i]! * values[i]! * tail((end - points[i]!) / spread)
  return sum
}

/**
 * The paths that stay in the region at a look.
 *
 * @param next information that the look after this one adds, as its step must be resolved too; null for none
 */
export function continuePath(
  path: SequentialPath,
  information: number,
  { lower, upper }: ContinuationRegion,
  drift: number,
  next: number | null,
): SequentialPath {
  const root = Math.sqrt(information)
  const added = information - path.information
  const centre = drift * information
  const low = Math.max(lower === null ? -Infinity : lower * root, centre - BELOW * root)
  const high = Math.min(upper === null ? Infinity : upper * root, centre + ABOVE * root)
  if (low >= high) return { information, density: { ...EMPTY, values: EMPTY.points } }
  const scale = Math.sqrt(Math.min(added, next ?? added, information))
  const { points, weights } = gaussLegendre(low, high, PANEL * scale)
  const values = points.map((point) => densityAt(path, point - drift * added, added, drift))
  return { information, density: { points, weights, values } }
}

const EMPTY = { points: new Float64Array(0), weights: new Float64Array(0) }

/** Density at a point after a step with this variance; the drift is that of the steps before. */
function densityAt({ density, information }: SequentialPath, point: number, variance: number, drift: number): number {
  const spread = Math.sqrt(variance)
  if (density === null) return normal.pdf(point / spread) / spread
  const { points, weights, values } = density
  // Most of it comes from the straight line between start and point, which is this far off.
  const slant = Math.abs(point - drift * information) * (variance / (information + variance))
  const reach = KERNEL_REACH * spread + slant
  let sum = 0
  for (let i = firstAtLeast(points, point - reach); i < points.length; i++) {
    const distance = points[i]! - point
    if (distance > reach) break
    sum += weights[i]! * values[i]! * Math.exp(-(distance * distance) / (2 * variance))
  }
  return sum / (spread * SQRT_TWO_PI)
}

/** Position of the first of the ordered numbers that is at least `least`. */
function firstAtLeast(ordered: Float64Array, least: number): number {
  let [low, high] = [0, ordered.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (ordered[middle]! < least) low = middle + 1
    else high = middle
  }
  return low
}

const SQRT_TWO_PI = 2.5066282746310002
