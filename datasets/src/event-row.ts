import type { Attributes } from './population.ts'

export const EVENT_TYPES = ['exposure', 'view', 'add_to_cart', 'purchase', 'refund'] as const
export type EventType = (typeof EVENT_TYPES)[number]

/**
 * The ways in which a bad row breaks the event contract. A row with a fault holds the good event that it was made from;
 * the fault is put in when the row is written (format.ts), since most faults cannot be said in a typed row.
 */
export const FAULTS = [
  'emptyUser',
  'unknownVariant',
  'notATimestamp',
  'notANumber',
  'missingValue',
  'farFuture',
  'tooManyFields',
  'tooFewFields',
] as const
export type Fault = (typeof FAULTS)[number]

/** One row of the log. */
export interface EventRow {
  eventId: string
  userId: string
  /** Empty on everything but exposures. */
  variant: string
  type: EventType
  /** Money with two decimals; negative on refunds; null on everything but purchases and refunds. */
  value: number | null
  /** Milliseconds since 1970 (UTC). */
  timestampMs: number
  /** Null on everything but exposures. */
  attributes: Attributes | null
  /** Null on good rows. */
  fault: Fault | null
}
