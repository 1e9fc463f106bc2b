import type { Tailed } from './distributions/distribution.ts'
import { solveIncreasing } from './distributions/numerics/find-root.ts'

/** The probability that a test finds an effect, and that it misses it: both, as one of them is always nearly 1 - other. */
export interface Detection {
  power: number
  logPower: number
  logMiss: number
}

/** Of a statistic that has `distribution`: found above `critical`, and below `wrongSide` where that counts. */
export function detectionBy(distribution: Tailed, critical: number, wrongSide: number | null): Detection {
  const logPower = distribution.logSf(critical)
  const logMiss = distribution.logCdf(critical)
  const extra = wrongSide === null ? 0 : distribution.cdf(wrongSide)
  if (extra === 0) return { power: Math.exp(logPower), logPower, logMiss }
  const power = Math.min(1, Math.exp(logPower) + extra)
  return { power, logPower: Math.log(power), logMiss: Math.log(Math.max(0, Math.exp(logMiss) - extra)) }
}

/** Found for certain, or missed for certain. */
export function certainDetection(isFound: boolean): Detection {
  return isFound ? { power: 1, logPower: 0, logMiss: -Infinity } : { power: 0, logPower: -Infinity, logMiss: 0 }
}

/** How far a detection is above the wanted power, on the scale of the smaller of power and miss: rises with the power. */
export function excessOver(power: number, { logPower, logMiss }: Detection): number {
  return power > 0.5 ? Math.log1p(-power) - logMiss : logPower - Math.log(power)
}

const FIRST_STEP = 0.05

/** The positive x at which the power, which grows with x, is the wanted one; sought from a guess. */
export function reachPower(power: number, at: (x: number) => Detection, guess: number): number {
  const excess = (logX: number) => excessOver(power, at(Math.exp(logX)))
  return Math.exp(solveIncreasing(excess, Math.log(guess), FIRST_STEP))
}
