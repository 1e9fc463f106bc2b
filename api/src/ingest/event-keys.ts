/**
 * Names the way in which keys are computed. Keys of another name are computed again from the events (see
 * compare-parts.ts). A test fails when keys change and this name does not.
 */
export const KEY_VERSION = 'murmur3-1'

/**
 * The keys of a number of events, one record of 32-bit lanes an event: four lanes of key, and two of the content's hash
 * where the events have ids. An event without an id has zeros there: its content is its key.
 */
export interface EventKeys {
  rows: number
  /** Lanes of a record. */
  width: typeof KEY_LANES | typeof KEY_AND_CONTENT_LANES
  /** `rows * width` numbers. */
  lanes: Int32Array
}

/** Lanes of a key. */
export const KEY_LANES = 4
/** Lanes of a key and the content's hash. */
export const KEY_AND_CONTENT_LANES = 6
