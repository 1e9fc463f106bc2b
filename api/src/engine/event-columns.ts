/** The event type that says "this user was shown this variant". All other types are free. */
export const EXPOSURE = 'exposure'

/** Attributes have columns of their own, named with this prefix. */
export const ATTRIBUTE_PREFIX = '@'

/** The columns of curated events. A part holds them all but the keys, which are in a file beside it. */
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
  /** Hash of what an event with an id says, so that a changed event is noticed; 0 without an id. */
  content: 'content',
  /** As given, or made of file and row where rows are what counts; null where the content is the identity. */
  eventId: 'event_id',
  /** Number of the raw file's data row. */
  row: 'row',
} as const

/** The columns that tell events apart. */
export const keyColumns = [eventColumn.keyHigh, eventColumn.keyLow, eventColumn.content] as const

/** The columns of every part, attributes aside. */
export const storedColumns = Object.values(eventColumn).filter((name) => !keyColumns.some((key) => key === name))
