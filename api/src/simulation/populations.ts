import type { CoMoments } from '../stats/co-moments.ts'
import { coMomentsOf } from '../stats/co-moments.ts'
import type { Variates } from './variates.ts'

/** Users as they might be, of whom the truth is known. Each has a value and something to divide it by. */
export interface Population {
  name: string
  /** Expected value, and expected denominator, of a user. */
  mean: [value: number, denominator: number]
  /** Means and co-moments of so many users, drawn without making each user where the distribution allows it. */
  draw(n: number, random: Variates): CoMoments
  /** Single users, for what needs the shape of the distribution. */
  drawUsers(n: number, random: Variates): [values: Float64Array, denominators: Float64Array]
}

/**
 * Values N(100, 30^2) x lift, denominators N(10, 2^2), correlated at 0.5. The sums of products are Wishart, drawn by
 * Bartlett's decomposition.
 */
export function normalUsers(lift = 1): Population {
  const [mean, sd] = [100 * lift, 30 * lift]
  const [meanBelow, sdBelow, correlation] = [10, 2, 0.5]
  const rest = Math.sqrt(1 - correlation ** 2)
  return {
    name: 'normal',
    mean: [mean, meanBelow],
    draw(n, random) {
      const [y, x] = [random.normal(), random.normal()]
      const a = Math.sqrt(random.chiSquare(n - 1))
      const b = random.normal()
      const c = Math.sqrt(random.chiSquare(n - 2))
      // The second row of the product of both lower triangles.
      const [low, high] = [correlation * a + rest * b, rest * c]
      const product = sd * sdBelow * a * low
      return {
        n,
        means: [mean + (sd * y) / Math.sqrt(n), meanBelow + (sdBelow * (correlation * y + rest * x)) / Math.sqrt(n)],
        coMoments: [
          [sd * sd * a * a, product],
          [product, sdBelow * sdBelow * (low * low + high * high)],
        ],
      }
    },
    drawUsers(n, random) {
      const [values, denominators] = [new Float64Array(n), new Float64Array(n)]
      for (let i = 0; i < n; i++) {
        const y = random.normal()
        values[i] = mean + sd * y
        denominators[i] = meanBelow + sdBelow * (correlation * y + rest * random.normal())
      }
      return [values, denominators]
    },
  }
}

/** Standard deviation of the logarithm of an order's value, as in the sample experiment of datasets/. */
export const ORDER_SIGMA = 0.6
const ORDER_MEDIAN = 50
export const CONVERSION = 0.05
export const SECOND_ORDER = 0.3

/** Revenue of a shop: 5 % of the users buy, 30 % of them twice; orders are log-normal. The denominator is the orders. */
export function buyers(lift = 1): Population {
  const orders = CONVERSION * (1 + SECOND_ORDER)
  const revenueOf = (count: number, random: Variates): number => {
    let revenue = 0
    for (let order = 0; order < count; order++) revenue += random.logNormal(ORDER_SIGMA)
    return revenue * ORDER_MEDIAN * lift
  }
  return {
    name: 'log-normal, 95 % zeros',
    mean: [orders * ORDER_MEDIAN * Math.exp(ORDER_SIGMA ** 2 / 2) * lift, orders],
    draw(n, random) {
      const count = random.binomial(n, CONVERSION)
      const [values, denominators] = [new Float64Array(count), new Float64Array(count)]
      for (let i = 0; i < count; i++) {
        denominators[i] = random.uniform() < SECOND_ORDER ? 2 : 1
        values[i] = revenueOf(denominators[i]!, random)
      }
      return withZeros(values, denominators, n)
    },
    drawUsers(n, random) {
      const [values, denominators] = [new Float64Array(n), new Float64Array(n)]
      for (let i = 0; i < n; i++) {
        if (random.uniform() >= CONVERSION) continue
        denominators[i] = random.uniform() < SECOND_ORDER ? 2 : 1
        values[i] = revenueOf(denominators[i]!, random)
      }
      return [values, denominators]
    },
  }
}

/** The co-moments of some users and of others who have 0 of everything. */
function withZeros(values: Float64Array, denominators: Float64Array, n: number): CoMoments {
  const own = coMomentsOf([values, denominators])
  const share = own.n / n
  const spread = own.n * (1 - share)
  return {
    n,
    means: own.means.map((mean) => mean * share),
    coMoments: own.coMoments.map((row, i) => row.map((entry, j) => entry + own.means[i]! * own.means[j]! * spread)),
  }
}

/** How many sessions a user has: the denominator of conversions per session. */
const SESSIONS = [0.5, 0.3, 0.2]
export const RARE = 0.01

/** 1 % of the users convert. The denominator is sessions: 1, 2 or 3. */
export function rareConversions(lift = 1): Population {
  const rate = RARE * lift
  const sessions = SESSIONS.reduce((sum, share, i) => sum + share * (i + 1), 0)
  const sessionsOf = (random: Variates): number => {
    const u = random.uniform()
    return u < SESSIONS[0]! ? 1 : u < SESSIONS[0]! + SESSIONS[1]! ? 2 : 3
  }
  return {
    name: '1 % binary',
    mean: [rate, sessions],
    draw(n, random) {
      const converted = random.binomial(n, rate)
      const tables = [converted, n - converted].map((count) => {
        const one = random.binomial(count, SESSIONS[0]!)
        const two = random.binomial(count - one, SESSIONS[1]! / (1 - SESSIONS[0]!))
        return [one, two, count - one - two]
      })
      return ofTables(tables)
    },
    drawUsers(n, random) {
      const values = Float64Array.from({ length: n }, () => (random.uniform() < rate ? 1 : 0))
      return [values, Float64Array.from({ length: n }, () => sessionsOf(random))]
    },
  }
}

/** Co-moments of users counted by (converted or not, sessions). */
function ofTables([converted, others]: number[][]): CoMoments {
  const cells = [1, 0].flatMap((value, k) => [converted!, others!][k]!.map((count, i) => ({ value, x: i + 1, count })))
  const n = cells.reduce((sum, { count }) => sum + count, 0)
  const value = cells.reduce((sum, cell) => sum + cell.count * cell.value, 0) / n
  const x = cells.reduce((sum, cell) => sum + cell.count * cell.x, 0) / n
  const moment = (of: (cell: (typeof cells)[number]) => number) =>
    cells.reduce((sum, cell) => sum + cell.count * of(cell), 0)
  const product = moment((cell) => (cell.value - value) * (cell.x - x))
  return {
    n,
    means: [value, x],
    coMoments: [
      [moment((cell) => (cell.value - value) ** 2), product],
      [product, moment((cell) => (cell.x - x) ** 2)],
    ],
  }
}
