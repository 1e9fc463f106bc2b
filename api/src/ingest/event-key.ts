import pl, { type Expr, type Series } from 'nodejs-polars'
import { column, withColumn, type Frame } from '../engine/polars/frame.ts'
import { ATTRIBUTE_PREFIX, eventColumn } from '../engine/event-columns.ts'
import { hashStrings } from './hash-strings.ts'

/**
 * Names the way in which keys are computed. They come from Polars' hash, which is ten times as fast as one of our own
 * but may change with Polars' version: keys of another name are computed again from the events (see compare-parts.ts).
 * A test fails when the hash changes and this name does not.
 */
export const KEY_VERSION = 'polars-0.55'

/**
 * The unit of each user: the first 64 bits of MurmurHash3 x86 128 over the UTF-8 user id, seeded with the first 32 bits
 * of the experiment's id, so that one user has unrelated units in different experiments. Two users of one experiment
 * share a unit by chance with probability n^2 / 2^65: 3e-8 for a million users, 3e-4 for a hundred million.
 */
export function unitsOf(userIds: Series, experimentId: string): BigInt64Array {
  const seed = Number.parseInt(experimentId.replaceAll('-', '').slice(0, 8), 16)
  const lanes = hashStrings(userIds, seed)
  const rows = lanes.length / 4
  const units = new Int32Array(rows * 2)
  for (let row = 0; row < rows; row++) {
    units[row * 2] = lanes[row * 4]!
    units[row * 2 + 1] = lanes[row * 4 + 1]!
  }
  return new BigInt64Array(units.buffer)
}

/** Adds each event's unit. */
export function withUnits(events: Frame, experimentId: string): Frame {
  const units = unitsOf(events.getColumn(eventColumn.userId), experimentId)
  return withColumn(events, column(eventColumn.unit, units, pl.Int64))
}

/**
 * Adds each event's key: of its id where it has one, else of all it says (user, variant, type, time, value, attributes).
 * An attribute that is absent adds nothing, so that a column that is empty in one file and missing in another makes no
 * difference. Events with an id also get a hash of what they say, so that a change is noticed.
 *
 * Of an event without an id, one half of the key is the hash of all it says and the other that of its unit and time:
 * 128 bits tell events of different users or times apart, and 64 the few of one user at one time.
 */
export function withKeys(events: Frame): Frame {
  const hasId = pl.col(eventColumn.eventId).isNotNull()
  const rows = events.height
  const ids = rows - events.getColumn(eventColumn.eventId).nullCount()
  const content = contentHash(events)
  const unitAndTime = pl
    .col(eventColumn.unit)
    .reinterpret(false)
    .cast(pl.UInt64)
    .plus(hashOf(events, eventColumn.time, 64))
  const idHash = (seed: number) => hashOf(events, eventColumn.eventId, seed)
  const either = (id: Expr, otherwise: Expr) =>
    ids === 0 ? otherwise : ids === rows ? id : pl.when(hasId).then(id).otherwise(otherwise)
  const none = pl.lit(null).cast(pl.Int64)
  return events.withColumns(
    asInt64(either(idHash(65), content)).alias(eventColumn.keyHigh),
    asInt64(either(idHash(66), unitAndTime)).alias(eventColumn.keyLow),
    either(asInt64(content), none).alias(eventColumn.content),
  ) as Frame
}

/** Sums of independent hashes, wrapping around: the order of the columns makes no difference, their names do. */
function contentHash(events: Frame): Expr {
  const fields = [eventColumn.userId, eventColumn.variantId, eventColumn.eventType, eventColumn.time, eventColumn.value]
  const attributes = events.columns.filter((name) => name.startsWith(ATTRIBUTE_PREFIX))
  return [
    ...fields.map((name, index) => hashOf(events, name, index)),
    ...attributes.map((name) => hashOf(events, name, seedOf(name))),
  ].reduce((sum, hash) => sum.plus(hash))
}

/** Hash of a column, 0 where it is null. Seeds set the columns apart. */
function hashOf(events: Frame, name: string, seed: number): Expr {
  const hash = pl.col(name).hash(seed, 1, 0x5eed, 0xfa1a).cast(pl.UInt64)
  if (events.getColumn(name).nullCount() === 0) return hash
  return pl.when(pl.col(name).isNull()).then(pl.lit(0).cast(pl.UInt64)).otherwise(hash)
}

/** A number for an attribute's name, beyond those of the fields. */
function seedOf(name: string): number {
  let seed = 0
  for (let i = 0; i < name.length; i++) seed = (Math.imul(seed, 31) + name.charCodeAt(i)) & 0x3fffffff
  return 128 + seed
}

/** The same 64 bits as a signed integer, which Parquet readers and typed arrays share. */
function asInt64(hash: Expr): Expr {
  return hash.cast(pl.UInt64).reinterpret(true).cast(pl.Int64)
}
