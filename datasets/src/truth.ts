import { type Behaviour, behaviourOf, observedOrderShares, REFUND_DAYS } from './behaviour.ts'
import { type GeneratorOptions, resolveOptions, type Settings } from './options.ts'
import { type Cell, CELLS } from './population.ts'

/** Expected values of a visitor of one variant who is no bot, over the experiment's window. */
export interface VariantTruth {
  name: string
  share: number
  /** Probability of at least one order. */
  conversionRate: number
  ordersPerUser: number
  /** Expected value of all orders, refunds not taken off. */
  revenuePerUser: number
  /** The same with refunds taken off, as far as they fall into the window. */
  netRevenuePerUser: number
  /** Revenue over orders. */
  averageOrderValue: number
}

export const TRUTH_METRICS = [
  'conversionRate',
  'ordersPerUser',
  'revenuePerUser',
  'netRevenuePerUser',
  'averageOrderValue',
] as const
export type TruthMetric = (typeof TRUTH_METRICS)[number]

/** A treatment's effect on each metric: treatment minus control, and the same over the control. */
export interface EffectTruth {
  variant: string
  absolute: Record<TruthMetric, number>
  relative: Record<TruthMetric, number>
}

/** The truth among the visitors with one value of an attribute. */
export interface SegmentTruth {
  attribute: string
  value: string
  /** Share of all visitors. */
  share: number
  variants: VariantTruth[]
  effects: EffectTruth[]
}

export interface Truth {
  variants: VariantTruth[]
  effects: EffectTruth[]
  segments: SegmentTruth[]
}

const SEGMENT_KEYS = [
  ['device', (cell: Cell) => cell.device],
  ['channel', (cell: Cell) => cell.channel],
  ['geo', (cell: Cell) => cell.geo],
  ['price_bucket', (cell: Cell) => cell.priceBucket.name],
  ['visitor', (cell: Cell) => (cell.recencyBand === null ? 'new' : 'returning')],
] as const

/**
 * What is true of the process that makes the log, summed exactly over the population's cells: nothing is simulated, and
 * the seed plays no part.
 *
 * Throws `RangeError` for options that `resolveOptions` refuses.
 */
export function truthOf(options: GeneratorOptions): Truth {
  const settings = resolveOptions(options)
  const behaviour = behaviourOf(settings)
  const everybody = CELLS.map((_, i) => i)
  return {
    ...truthAmong(everybody, settings, behaviour),
    segments: SEGMENT_KEYS.flatMap(([attribute, valueOf]) =>
      [...Map.groupBy(everybody, (i) => valueOf(CELLS[i] as Cell))].map(([value, cells]) => ({
        attribute,
        value,
        share: sumOver(cells, () => 1),
        ...truthAmong(cells, settings, behaviour),
      })),
    ),
  }
}

/** The truth among the visitors of some cells, given by their indexes. */
function truthAmong(
  cells: readonly number[],
  settings: Settings,
  behaviour: Behaviour,
): { variants: VariantTruth[]; effects: EffectTruth[] } {
  const orders = observedOrderShares(behaviour.calendar)
  const refunds = observedOrderShares(behaviour.calendar, REFUND_DAYS)
  const again = (shares: readonly number[], cell: Cell): number =>
    shares.reduce((sum, share, order) => sum + share * cell.orderAgain ** order, 0)

  const size = sumOver(cells, () => 1)
  const variants = settings.variantNames.map((name, variant): VariantTruth => {
    const conversion = behaviour.conversion[variant] as Float64Array
    const factor = behaviour.orderValueFactor[variant] as number
    const perUser = (quantity: (cell: Cell) => number): number =>
      sumOver(cells, (cell, i) => (conversion[i] as number) * quantity(cell)) / size
    const conversionRate = perUser(() => orders[0] as number)
    const ordersPerUser = perUser((cell) => again(orders, cell))
    const revenuePerUser = perUser((cell) => again(orders, cell) * cell.orderValue * factor)
    const refunded = perUser((cell) => again(refunds, cell) * cell.priceBucket.refund * cell.orderValue * factor)
    return {
      name,
      share: settings.variantShares[variant] as number,
      conversionRate,
      ordersPerUser,
      revenuePerUser,
      netRevenuePerUser: revenuePerUser - refunded,
      averageOrderValue: revenuePerUser / ordersPerUser,
    }
  })
  const control = variants[0] as VariantTruth
  const effects = variants.slice(1).map((treatment): EffectTruth => {
    const each = (effect: (of: number, over: number) => number): Record<TruthMetric, number> =>
      Object.fromEntries(TRUTH_METRICS.map((metric) => [metric, effect(treatment[metric], control[metric])])) as Record<
        TruthMetric,
        number
      >
    return {
      variant: treatment.name,
      absolute: each((of, over) => of - over),
      relative: each((of, over) => of / over - 1),
    }
  })
  return { variants, effects }
}

function sumOver(cells: readonly number[], quantity: (cell: Cell, index: number) => number): number {
  let sum = 0
  for (const i of cells) {
    const cell = CELLS[i] as Cell
    sum += cell.share * quantity(cell, i)
  }
  return sum
}
