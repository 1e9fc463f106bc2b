import { isNotComputable } from '../stats/not-computable.ts'
import { quantileDifferenceTest } from '../stats/quantile-difference-test.ts'
import { quantileEstimate } from '../stats/quantile-estimate.ts'
import { cochranLimit, monteCarloError } from './bounds.ts'
import { ALPHAS, counted, FALSE_POSITIVES, type Finding, SIZES } from './finding.ts'
import { buyers, normalUsers, type Population } from './populations.ts'
import { type Variates, variatesOf } from './variates.ts'

const REPLICATIONS = 2_000

const cases: { population: Population; p: number; from: number }[] = [
  { population: normalUsers(), p: 0.5, from: 200 },
  { population: normalUsers(), p: 0.9, from: 200 },
  // Only buyers differ from 0: among all users their quantiles begin above 95 %.
  { population: buyers(), p: 0.975, from: 2_000 },
]

/** Quantiles, without an effect. */
export function quantiles(): Finding[] {
  return cases.flatMap(({ population, p, from }, index) => {
    const random = variatesOf(6000 + index)
    return SIZES.filter((users) => users >= from).flatMap((users) => {
      const pValues = Array.from({ length: REPLICATIONS }, () => pValueOf(population, p, users / 2, random))
      return ALPHAS.map((alpha): Finding => ({
        ...{ table: FALSE_POSITIVES, method: `quantile ${p}`, data: population.name, users },
        ...{ counted: counted.falsePositives(alpha), replications: REPLICATIONS },
        observed: pValues.filter((value) => value < alpha).length / REPLICATIONS,
        bounds: {
          ...{ expected: alpha, low: 0, basis: 'at most' },
          high: cochranLimit(alpha) + monteCarloError(alpha, REPLICATIONS),
        },
      }))
    })
  })
}

function pValueOf(population: Population, p: number, n: number, random: Variates): number {
  const estimate = () =>
    quantileEstimate({ values: population.drawUsers(n, random)[0].sort(), counts: new Uint8Array(n).fill(1) }, p)
  const [control, treatment] = [estimate(), estimate()]
  if (isNotComputable(control) || isNotComputable(treatment)) return 1
  const test = quantileDifferenceTest(control, treatment)
  return isNotComputable(test) ? 1 : test.pValue
}
