import { TIME } from './parse-timestamp.ts'

/** Names of the columns that reading a row by its plan adds to it. */
export const field = {
  user: ' user',
  experiment: ' experiment',
  eventType: ' type',
  value: ' value',
  eventId: ' event id',
  time: TIME,
  variantText: (index: number) => ` variant text ${index}`,
  variant: (index: number) => ` variant ${index}`,
  outcome: (index: number) => ` outcome ${index}`,
} as const
