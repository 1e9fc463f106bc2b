import type { ContinuousDistribution } from './distribution.ts'
import { gamma } from './gamma.ts'
import { requirePositive } from './parameters.ts'

/** The chi-square distribution: a sum of `degreesOfFreedom` squared standard normal variables. */
export function chiSquare(degreesOfFreedom: number): ContinuousDistribution {
  requirePositive('degreesOfFreedom', degreesOfFreedom)
  return gamma(degreesOfFreedom / 2, 0.5)
}
