import { hypergeometric } from '../../stats/distributions/hypergeometric.ts'
import type { SeededRandom } from './seeded-random.ts'

/** Up to so many units are drawn one by one. */
const ONE_BY_ONE = 24

/**
 * How many marked units are among `draws` units drawn from a population without replacement.
 *
 * Few are drawn one by one. Many by inversion from the likeliest number outwards, which takes as many steps as the
 * distribution is wide.
 */
export function drawHypergeometric(random: SeededRandom, population: number, marked: number, draws: number): number {
  const [few, others] = marked < draws ? [marked, draws] : [draws, marked]
  if (few > ONE_BY_ONE) return invert(random.uniform(), population, marked, draws)
  let drawn = 0
  for (let i = 0; i < few; i++) if (random.uniform() * (population - i) < others - drawn) drawn++
  return drawn
}

function invert(uniform: number, population: number, marked: number, draws: number): number {
  const { logPmf, support } = hypergeometric(population, marked, draws)
  const { low, high } = support
  const rest = population - marked - draws
  const mode = Math.min(high, Math.max(low, Math.floor(((draws + 1) * (marked + 1)) / (population + 2))))
  let left = uniform
  let [down, up] = [mode, mode]
  let downShare = Math.exp(logPmf(mode))
  let upShare = downShare
  left -= downShare
  while (left >= 0 && (down > low || up < high)) {
    if (up < high) {
      upShare *= ((marked - up) / (up + 1)) * ((draws - up) / (rest + up + 1))
      left -= upShare
      up++
      if (left < 0) return up
    }
    if (down > low) {
      downShare *= (down / (marked - down + 1)) * ((rest + down) / (draws - down + 1))
      left -= downShare
      down--
      if (left < 0) return down
    }
  }
  return mode
}
