/** The event type that says "this user was shown this variant". All other types are free. */
export const EXPOSURE = 'exposure'

/** The columns of a curated part. Attributes have columns of their own, named with this prefix. */
export const ATTRIBUTE_PREFIX = '@'

export const eventColumn = {
  /** 64-bit hash of experiment and user: what engines group by. */
  unit: 'unit',
  /** Microseconds since 1970, UTC. */
  time: 'time',
  userId: 'user_id',
  variantId: 'variant_id',
  eventType: 'event_type',
  value: 'value',
  /** The 128-bit key that makes two events the same, in two halves. */
  keyHigh: 'key_high',
  keyLow: 'key_low',
  /** Hash of what an event with an id says, so that a changed event is noticed; null without an id. */
  content: 'content',
  /** As given, or made of file and row where rows are what counts; null where the content is the identity. */
  eventId: 'event_id',
  /** Number of the raw file's data row. */
  row: 'row',
} as const
