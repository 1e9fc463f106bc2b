import { EVENT_TYPES, type EventType, FAULTS, type Fault } from './event-row.ts'
import type { Settings } from './options.ts'

/** What one seed produced for a variant. */
export interface VariantTally {
  name: string
  /** Everybody whose first exposure is to the variant: the next three together. */
  exposed: number
  bots: number
  contaminated: number
  /** The rest, whom an analysis counts. All that follows is about them, after their exposure. */
  visitors: number
  /** Visitors with at least one order. */
  converted: number
  orders: number
  revenue: number
  refunds: number
  /** What was paid back, as a positive sum. */
  refunded: number
}

/** Exact counts of what one seed produced, filled in while rows are generated. */
export interface Tally {
  /** All rows of the output, the header line apart: good rows, duplicates and bad rows. */
  rows: number
  goodRows: number
  duplicates: number
  badRows: number
  badRowsByFault: Record<Fault, number>
  /** Good rows by event type, without their duplicates. */
  goodRowsByType: Record<EventType, number>
  visitors: number
  /** Visitors with a second exposure to their own variant. */
  reExposed: number
  bots: number
  contaminated: number
  /** Good rows from before their visitor's exposure. */
  rowsBeforeExposure: number
  perVariant: VariantTally[]
}

/** A tally of nothing, to be handed to `generateEvents`. */
export function createTally({ variantNames }: Pick<Settings, 'variantNames'>): Tally {
  const zeros = <K extends string>(keys: readonly K[]): Record<K, number> =>
    Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>
  return {
    rows: 0,
    goodRows: 0,
    duplicates: 0,
    badRows: 0,
    badRowsByFault: zeros(FAULTS),
    goodRowsByType: zeros(EVENT_TYPES),
    visitors: 0,
    reExposed: 0,
    bots: 0,
    contaminated: 0,
    rowsBeforeExposure: 0,
    perVariant: variantNames.map((name) => ({
      name,
      exposed: 0,
      bots: 0,
      contaminated: 0,
      visitors: 0,
      converted: 0,
      orders: 0,
      revenue: 0,
      refunds: 0,
      refunded: 0,
    })),
  }
}
