import { chiSquareTest } from '../stats/chi-square-test.ts'
import { type CoMoments, combineCoMoments } from '../stats/co-moments.ts'
import { cupedAdjustment } from '../stats/cuped.ts'
import { cupedTest } from '../stats/cuped-test.ts'
import { normal } from '../stats/distributions/normal.ts'
import { combineMoments, type Moments } from '../stats/moments.ts'
import { isNotComputable } from '../stats/not-computable.ts'
import { proportionDetectableRates } from '../stats/proportion-power.ts'
import { welchTTest } from '../stats/welch-t-test.ts'
import { normalUsers } from './populations.ts'
import type { Variates } from './variates.ts'

export const ALPHA = 0.05
export const POWER = 0.8
/** Mean of the z statistic at the end with which a single look finds an effect with the wanted power. */
export const DRIFT = normal.isf(ALPHA / 2) + normal.ppf(POWER)

const [MEAN, DEVIATION, RATE] = [100, 30, 0.05]
/** What is left of the variance of normal users' values beside their covariate. */
const LEFT = 0.75

/** Users that come look by look. */
export interface Stream {
  data: string
  test: string
  /**
   * P-values of the looks of one experiment, each over all users until then.
   *
   * @param detectableWith users a variant with whom a single look finds the effect with the wanted power; null: no effect
   */
  pValues(perLook: number, looks: number, detectableWith: number | null, random: Variates): number[]
}

/** An effect on a mean, from the standard deviation of what is tested. */
function effectOf(deviation: number, detectableWith: number | null): number {
  return detectableWith === null ? 0 : DRIFT * deviation * Math.sqrt(2 / detectableWith)
}

export const streams: Stream[] = [
  {
    data: 'normal',
    test: 'Welch t',
    pValues(perLook, looks, detectableWith, random) {
      const effect = effectOf(DEVIATION, detectableWith)
      const arrive = (mean: number): Moments => ({
        n: perLook,
        mean: mean + (DEVIATION / Math.sqrt(perLook)) * random.normal(),
        m2: DEVIATION ** 2 * random.chiSquare(perLook - 1),
      })
      let arms: [Moments, Moments] | null = null
      return Array.from({ length: looks }, () => {
        const [control, treatment] = [arrive(MEAN), arrive(MEAN + effect)]
        arms =
          arms === null ? [control, treatment] : [combineMoments(arms[0], control), combineMoments(arms[1], treatment)]
        const test = welchTTest(...arms)
        return isNotComputable(test) ? 1 : test.pValue
      })
    },
  },
  {
    data: 'normal',
    test: 'CUPED',
    pValues(perLook, looks, detectableWith, random) {
      const effect = effectOf(DEVIATION * Math.sqrt(LEFT), detectableWith)
      const users = normalUsers()
      const arrive = (shift: number): CoMoments => {
        const drawn = users.draw(perLook, random)
        return { ...drawn, means: [drawn.means[0]! + shift, drawn.means[1]!] }
      }
      let arms: [CoMoments, CoMoments] | null = null
      return Array.from({ length: looks }, () => {
        const [control, treatment] = [arrive(0), arrive(effect)]
        arms =
          arms === null
            ? [control, treatment]
            : [combineCoMoments(arms[0], control), combineCoMoments(arms[1], treatment)]
        const test = cupedTest(...arms, cupedAdjustment(arms))
        return isNotComputable(test) ? 1 : test.pValue
      })
    },
  },
  {
    data: '5 % binary',
    test: 'chi-square',
    pValues(perLook, looks, detectableWith, random) {
      const rates = detectableWith === null ? null : proportionDetectableRates(detectableWith, RATE, POWER)
      const rate = rates === null || isNotComputable(rates) ? RATE : rates.above!
      let [n, c, t] = [0, 0, 0]
      return Array.from({ length: looks }, () => {
        n += perLook
        c += random.binomial(perLook, RATE)
        t += random.binomial(perLook, rate)
        const test = chiSquareTest({ n, successes: c }, { n, successes: t })
        return isNotComputable(test) ? 1 : test.pValue
      })
    },
  },
]
