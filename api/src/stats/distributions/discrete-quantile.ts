import { requireProbability } from './parameters.ts'

/** The smallest whole k in [low, high] with cdf(k) >= p, by bisection. */
export function discreteQuantile(cdf: (k: number) => number, p: number, low: number, high: number): number {
  requireProbability('p', p)
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2)
    if (cdf(middle) >= p) high = middle
    else low = middle + 1
  }
  return low
}
