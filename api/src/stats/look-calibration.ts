import { spentAlpha } from './alpha-spending.ts'
import { sequenceMultiplier, sequencePValue, sequenceRho } from './confidence-sequence.ts'
import { solveIncreasing } from './distributions/numerics/find-root.ts'
import { normal } from './distributions/normal.ts'
import { type GroupSequentialOptions, groupSequentialBounds } from './group-sequential-bounds.ts'
import { monotoneCurve } from './monotone-curve.ts'
import type { PValue } from './p-value.ts'

/**
 * How a p-value that ignores other looks is to be read at one look of a design. The two functions are each other's
 * inverse: a test's p-value is below `nominalAlpha(alpha)` exactly when `pValue` of it is below alpha.
 */
export interface LookCalibration {
  /** What the p-value of a test must be below for all looks together to err with probability alpha; 0: nothing is. */
  nominalAlpha(alpha: number): number
  /** The least alpha of the whole design at which this look would find the effect. */
  pValue(ofTest: PValue): PValue
}

/** Bounds are computed at errors whose normal quantiles are these, and interpolated between. */
const QUANTILES = [0.03, 0.15, 0.35, 0.6, 0.9, 1.2, 1.5, 1.8, 2.1, 2.4, 2.7, 3.1, 3.6, 4.3, 5.2]
/** Further out hardly any path crosses twice: what is spent at the look is the chance of being beyond its bound. */
const FAR_QUANTILES = [7, 10, 14, 20, 30]

/**
 * The calibration of the last of several looks of a group-sequential design.
 *
 * Formula: the bound of the look as a function of the design's error is computed at fifteen errors and that of the design,
 * and interpolated as a function of their normal quantiles; nowhere between 0.3 and 1e-4 is the nominal error off by more
 * than a thousandth of itself. For the spending functions here the bounds are nested: a smaller error has wider bounds at
 * every look. So the inverse exists, and is a p-value for all looks together. Above an error of about 0.97 (one-sided 0.49)
 * it is carried on to 1.
 *
 * Domains and errors: as for groupSequentialBounds.
 *
 * See Liu and Anderson (2008), "On adaptive extensions of group sequential trials for clinical investigations"; Jennison
 * and Turnbull (1989), "Interim analyses: the repeated confidence interval approach".
 *
 * @example
 * const look = groupSequentialCalibration([0.5, 1], { spending: { kind: 'obrienFleming' } })
 * look.nominalAlpha(0.05) // => 0.0489995436
 * look.pValue({ pValue: 0.0489995436, log10PValue: -1.309808 }).pValue // => 0.05
 */
export function groupSequentialCalibration(fractions: number[], options: GroupSequentialOptions): LookCalibration {
  const { alpha = 0.05, sides = 2 } = options
  const own = normal.isf(alpha / sides)
  const others = [...QUANTILES, ...FAR_QUANTILES].filter((one) => Math.abs(one - own) > 0.01)
  const quantiles = [...others, own].sort((a, b) => a - b)
  const points: { x: number; y: number }[] = []
  for (const quantile of quantiles) {
    const error = quantile === own ? alpha : sides * normal.sf(quantile)
    const bound = FAR_QUANTILES.includes(quantile)
      ? farBound(fractions, { ...options, alpha: error })
      : groupSequentialBounds(fractions, { ...options, alpha: error }).at(-1)!.criticalValue
    const before = points.at(-1)
    if (bound === null || bound <= 0) continue
    const point = { x: quantile, y: bound }
    if (before === undefined || point.y > before.y) points.push(point)
  }
  if (points.length < 2) return NOTHING
  const curve = monotoneCurve(
    points.map(({ x }) => x),
    points.map(({ y }) => y),
  )
  const [least] = points
  const greatestP = sides * normal.sf(least!.y)
  const greatestError = sides * normal.sf(least!.x)
  return {
    nominalAlpha(error) {
      const quantile = normal.isf(error / sides)
      return quantile < least!.x ? greatestP : sides * normal.sf(curve.at(quantile))
    },
    pValue(ofTest) {
      if (ofTest.pValue >= greatestP) {
        const beyond = (ofTest.pValue - greatestP) / (1 - greatestP)
        return plain(greatestError + beyond * (1 - greatestError))
      }
      const z = quantileOf(ofTest, sides)
      return fromLog(Math.log(sides) + normal.logSf(curve.inverse(z)))
    },
  }
}

/** The bound of the last look if no path crossed before: a little wider than it is. Null where nothing is spent. */
function farBound(fractions: number[], options: GroupSequentialOptions): number | null {
  const { alpha = 0.05, sides = 2, spending, spendAllAtLast = false } = options
  const spentAt = (share: number) => spentAlpha(spending, alpha / sides, share)
  const [before, last] = [fractions.at(-2), fractions.at(-1)!]
  const spent = spentAt(spendAllAtLast ? Math.max(last, 1) : last) - (before === undefined ? 0 : spentAt(before))
  return spent > 0 ? normal.isf(spent) : null
}

/** Nothing is spent at the look: nothing ends it. */
const NOTHING: LookCalibration = { nominalAlpha: () => 0, pValue: () => plain(1) }

/**
 * The calibration of any look of a confidence sequence, through the normal quantile: a test at the nominal error has the
 * critical value of the sequence.
 *
 * @param n users of both variants
 * @param tuning the number of users at which the sequence is narrowest, for the error `alpha` of the design
 *
 * @example
 * const look = alwaysValidCalibration(5000, 'two-sided', { tunedFor: 5000, alpha: 0.05 })
 * look.nominalAlpha(0.05) // => 0.0024037
 * look.pValue({ pValue: 0.0046777, log10PValue: -2.32997 }).pValue // => 0.085663
 */
export function alwaysValidCalibration(
  n: number,
  alternative: 'two-sided' | 'one-sided',
  tuning: { tunedFor: number; alpha: number },
): LookCalibration {
  const [direction, sides] = alternative === 'two-sided' ? (['two-sided', 2] as const) : (['greater', 1] as const)
  if (!(n > 0)) return NOTHING
  const rho = sequenceRho(tuning.tunedFor, tuning.alpha, direction)
  return {
    nominalAlpha(alpha) {
      const critical = sequenceMultiplier(n, rho, alpha, direction)
      return Number.isFinite(critical) ? sides * normal.sf(critical) : 0
    },
    pValue: (ofTest) => sequencePValue(quantileOf(ofTest, sides), n, rho, direction),
  }
}

/** Below this the logarithm of a p-value tells more than the p-value. */
const UNDERFLOW = 1e-290

/** The z statistic that has this p-value. */
function quantileOf({ pValue, log10PValue }: PValue, sides: 1 | 2): number {
  if (pValue > UNDERFLOW) return normal.isf(pValue / sides)
  const logTail = log10PValue * Math.LN10 - Math.log(sides)
  return solveIncreasing((z) => logTail - normal.logSf(z), Math.sqrt(-2 * logTail), 1)
}

function plain(pValue: number): PValue {
  return { pValue, log10PValue: Math.log10(pValue) + 0 }
}

function fromLog(log: number): PValue {
  return { pValue: Math.min(1, Math.exp(log)), log10PValue: Math.min(0, log / Math.LN10) + 0 }
}
