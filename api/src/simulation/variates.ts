import { randomBinomial, randomGamma, randomLogNormal, randomNormal } from 'd3-random'
import { SeededRandom } from '../analysis/calibration/seeded-random.ts'

/** Random numbers of the distributions that the populations are made of, all from one seed. */
export interface Variates {
  uniform(): number
  normal(): number
  chiSquare(degreesOfFreedom: number): number
  logNormal(sigma: number): number
  binomial(n: number, p: number): number
}

export function variatesOf(seed: number): Variates {
  const random = new SeededRandom(seed)
  const uniform = (): number => random.uniform()
  const normal = randomNormal.source(uniform)()
  const gamma = randomGamma.source(uniform)
  const binomial = randomBinomial.source(uniform)
  const logNormals = new Map<number, () => number>()
  return {
    uniform,
    normal,
    chiSquare: (degreesOfFreedom) => gamma(degreesOfFreedom / 2, 2)(),
    logNormal(sigma) {
      let draw = logNormals.get(sigma)
      if (draw === undefined) logNormals.set(sigma, (draw = randomLogNormal.source(uniform)(0, sigma)))
      return draw()
    },
    binomial: (n, p) => binomial(n, p)(),
  }
}
