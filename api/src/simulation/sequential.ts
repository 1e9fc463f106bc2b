import type { SpendingFunction } from '../stats/alpha-spending.ts'
import { chiSquareTest } from '../stats/chi-square-test.ts'
import { normal } from '../stats/distributions/normal.ts'
import { groupSequentialBounds } from '../stats/group-sequential-bounds.ts'
import { sequentialOutlook } from '../stats/group-sequential-power.ts'
import { alwaysValidCalibration } from '../stats/look-calibration.ts'
import { combineMoments, type Moments } from '../stats/moments.ts'
import { isNotComputable } from '../stats/not-computable.ts'
import { proportionDetectableRates } from '../stats/proportion-power.ts'
import { welchTTest } from '../stats/welch-t-test.ts'
import { type Bounds, nominal } from './bounds.ts'
import { counted, type Finding, LOOKS } from './finding.ts'
import { type Variates, variatesOf } from './variates.ts'

const REPLICATIONS = 4_000
const ALPHA = 0.05
const POWER = 0.8
const SIZES = [2_000, 20_000]
const [MEAN, DEVIATION, RATE] = [100, 30, 0.05]
/** What a design with looks may lose of the power of one look with as many users. */
const GREATEST_LOSS = 0.03

/** Users that come look by look; an effect that one look at the end finds with the wanted power. */
interface Stream {
  data: string
  test: string
  /** P-values of the looks of one experiment, each over all users until then. */
  pValues(perLook: number, looks: number, hasEffect: boolean, random: Variates): number[]
}

const streams: Stream[] = [
  {
    data: 'normal',
    test: 'Welch t',
    pValues(perLook, looks, hasEffect, random) {
      const drift = normal.isf(ALPHA / 2) + normal.ppf(POWER)
      const effect = hasEffect ? drift * DEVIATION * Math.sqrt(2 / (perLook * looks)) : 0
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
    data: '5 % binary',
    test: 'chi-square',
    pValues(perLook, looks, hasEffect, random) {
      const rates = proportionDetectableRates(perLook * looks, RATE, POWER)
      const rate = hasEffect && !isNotComputable(rates) ? rates.above! : RATE
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

/** Designs with looks before the end: how often they find something, without an effect and with one. */
export function sequential(): Finding[] {
  return streams.flatMap((stream, index) =>
    SIZES.flatMap((users) => [
      ...groupSequential(stream, users, 'O’Brien-Fleming', { kind: 'obrienFleming' }, 6000 + index, GREATEST_LOSS),
      ...groupSequential(stream, users, 'Pocock', { kind: 'pocock' }, 6010 + index),
      ...alwaysValid(stream, users, 6020 + index),
    ]),
  )
}

function groupSequential(
  stream: Stream,
  users: number,
  name: string,
  spending: SpendingFunction,
  seed: number,
  greatestLoss = 1,
): Finding[] {
  const looks = groupSequentialBounds([0.2, 0.4, 0.6, 0.8, 1], { alpha: ALPHA, spending })
  const errors = looks.map(({ nominalAlpha }) => nominalAlpha)
  const drift = normal.isf(ALPHA / 2) + normal.ppf(POWER)
  const { crossing, crossingWrongSide } = sequentialOutlook(looks, 2, drift)
  const expected = [...crossing, ...crossingWrongSide].reduce((sum, one) => sum + one, 0)
  const usual = nominal(expected, REPLICATIONS, 'nominal')
  const power = { ...usual, low: Math.max(usual.low, POWER - greatestLoss) }
  const random = variatesOf(seed)
  return [false, true].map((hasEffect): Finding => ({
    ...{ table: LOOKS, method: `${stream.test}, 5 looks, ${name}`, data: stream.data, users },
    counted: hasEffect ? counted.withEffect : counted.withoutEffect,
    observed: shareFound(stream, users, errors, hasEffect, random),
    bounds: hasEffect ? power : nominal(ALPHA, REPLICATIONS),
    replications: REPLICATIONS,
  }))
}

/** Four weeks, a look every day. */
function alwaysValid(stream: Stream, users: number, seed: number): Finding[] {
  const days = 28
  const perLook = Math.round(users / 2 / days)
  const errors = Array.from({ length: days }, (_, day) =>
    alwaysValidCalibration(2 * perLook * (day + 1), 'two-sided', { tunedFor: users, alpha: ALPHA }).nominalAlpha(ALPHA),
  )
  const bounds: Bounds = { expected: ALPHA, low: 0, high: ALPHA, basis: 'at most' }
  const random = variatesOf(seed)
  return [
    {
      ...{ table: LOOKS, method: `${stream.test}, always valid, daily`, data: stream.data, users },
      counted: counted.withoutEffect,
      observed: shareFound(stream, users, errors, false, random),
      bounds,
      replications: REPLICATIONS,
    },
  ]
}

/** How often some look finds something. */
function shareFound(stream: Stream, users: number, errors: number[], hasEffect: boolean, random: Variates): number {
  const perLook = Math.round(users / 2 / errors.length)
  let found = 0
  for (let replication = 0; replication < REPLICATIONS; replication++) {
    const pValues = stream.pValues(perLook, errors.length, hasEffect, random)
    if (pValues.some((p, k) => p < errors[k]!)) found++
  }
  return found / REPLICATIONS
}
