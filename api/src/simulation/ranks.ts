import { hodgesLehmannShift } from '../stats/hodges-lehmann-shift.ts'
import { mannWhitneyTest } from '../stats/mann-whitney-test.ts'
import { isNotComputable } from '../stats/not-computable.ts'
import { type RankTable, rankTableOf } from '../stats/rank-table.ts'
import { type Bounds, cochranLimit, exactly, nominal } from './bounds.ts'
import { ALPHAS, counted, FALSE_POSITIVES, type Finding, INTERVALS, SIZES } from './finding.ts'
import { countMiss } from './count-miss.ts'
import { buyers, CONVERSION, normalUsers, RARE } from './populations.ts'
import { added } from './proportions.ts'
import { type Variates, variatesOf } from './variates.ts'

const REPLICATIONS = 5_000
const SHIFT = 10
/** An interval of the shift takes far longer than a test. */
const SHIFT_REPLICATIONS = 2_000

/** A population as ranks see it: any distribution without ties is the same to them. */
interface Drawn {
  data: string
  draw(n: number, random: Variates): RankTable
  bounds(alpha: number, n: number): Bounds
}

const populations: Drawn[] = [
  {
    data: 'normal',
    // Without an effect and without ties the treatment's users are any of the ranks.
    draw: (n, random) => shared(2 * n, n, random),
    bounds: (alpha) => nominal(alpha, REPLICATIONS),
  },
  {
    data: buyers().name,
    draw: (n, random) => {
      const [c, t] = [random.binomial(n, CONVERSION), random.binomial(n, CONVERSION)]
      const ranked = shared(c + t, t, random)
      const below = (first: number, others: ArrayLike<number>) => [first, ...Array.from(others)]
      return {
        values: below(-1, ranked.values),
        control: below(n - c, ranked.control),
        treatment: below(n - t, ranked.treatment),
      }
    },
    bounds: (alpha) => nominal(alpha, REPLICATIONS),
  },
  {
    data: '1 % binary',
    draw: (n, random) => binaryTable(n, random.binomial(n, RARE), random.binomial(n, RARE)),
    bounds: (alpha, n) =>
      exactly(
        added(n, RARE, RARE, (c, t) => (pValueOf(binaryTable(n, c, t)) < alpha ? 1 : 0)),
        REPLICATIONS,
        cochranLimit(alpha),
      ),
  },
]

/** The rank test without an effect, and the interval of the shift with one. */
export function ranks(): Finding[] {
  const tests = populations.flatMap(({ data, draw, bounds }, index) =>
    SIZES.flatMap((users) => {
      const random = variatesOf(3000 + index)
      const pValues = Array.from({ length: REPLICATIONS }, () => pValueOf(draw(users / 2, random)))
      return ALPHAS.map((alpha): Finding => ({
        ...{ table: FALSE_POSITIVES, method: 'Mann-Whitney', data, users, counted: counted.falsePositives(alpha) },
        observed: pValues.filter((p) => p < alpha).length / REPLICATIONS,
        bounds: bounds(alpha, users / 2),
        replications: REPLICATIONS,
      }))
    }),
  )
  return [...tests, ...SIZES.slice(0, 2).flatMap(shifts)]
}

/** Normal users, the treatment's shifted. The largest size is left out: all pairs of its users take too long here. */
function shifts(users: number): Finding[] {
  const random = variatesOf(3100)
  const misses = [0, 0]
  for (let replication = 0; replication < SHIFT_REPLICATIONS; replication++) {
    const [control] = normalUsers().drawUsers(users / 2, random)
    const [treatment] = normalUsers().drawUsers(users / 2, random)
    const shift = hodgesLehmannShift(
      rankTableOf(
        control,
        treatment.map((value) => value + SHIFT),
      ),
    )
    if (isNotComputable(shift) || isNotComputable(shift.confidenceInterval)) continue
    countMiss(misses, shift.confidenceInterval, shift.estimate, SHIFT)
  }
  return [counted.below, counted.above].map((side, i): Finding => ({
    ...{ table: INTERVALS, method: 'Hodges-Lehmann shift', data: 'normal', users, counted: side },
    observed: misses[i]! / SHIFT_REPLICATIONS,
    bounds: nominal(0.025, SHIFT_REPLICATIONS),
    replications: SHIFT_REPLICATIONS,
  }))
}

function pValueOf(table: RankTable): number {
  const test = mannWhitneyTest(table)
  return isNotComputable(test) ? 1 : test.pValue
}

/** Values that are all different, of which the treatment has any n: users drawn one after the other. */
function shared(total: number, n: number, random: Variates): RankTable {
  const [values, control, treatment] = [new Float64Array(total), new Uint8Array(total), new Uint8Array(total)]
  let wanted = n
  for (let i = 0; i < total; i++) {
    values[i] = i
    if (random.uniform() * (total - i) < wanted) {
      treatment[i] = 1
      wanted--
    } else control[i] = 1
  }
  return { values, control, treatment }
}

function binaryTable(n: number, c: number, t: number): RankTable {
  return c + t === 0
    ? { values: [0], control: [n], treatment: [n] }
    : { values: [0, 1], control: [n - c, c], treatment: [n - t, t] }
}
