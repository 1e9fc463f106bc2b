import { type Moments, sampleVariance } from './moments.ts'

/**
 * The standard deviation within the arms, taken as the same in both: sqrt((m2_c + m2_t) / (n_c + n_t - 2)).
 *
 * Domain: at least three users together. 0 when neither arm varies (but for rounding).
 *
 * @example
 * pooledDeviation({ n: 2, mean: 2, m2: 0.5 }, { n: 2, mean: 5, m2: 8 }) // => 2.06155281
 */
export function pooledDeviation(control: Moments, treatment: Moments): number {
  if (sampleVariance(control) === 0 && sampleVariance(treatment) === 0) return 0
  return Math.sqrt((control.m2 + treatment.m2) / (control.n + treatment.n - 2))
}
