import { ATTRIBUTE_PREFIX, eventColumn } from '../engine/event-columns.ts'
import { addMurmurHashOfPair, murmurHash128 } from './murmur-hash.ts'

/**
 * What an event says as one 128-bit number: the sum of a hash of each of its fields, in four lanes of 32 bits that wrap
 * around. The order of the fields makes no difference, their names do, and a field that is absent adds nothing, so that
 * a column that is empty in one file and missing in another makes no difference either.
 *
 * The user counts by the unit, which is a hash of the user already.
 */
export const fieldSeed = { unit: 0, [eventColumn.variantId]: 1, [eventColumn.eventType]: 2, time: 3, value: 4 } as const

/** Seed of the key of an event that has an id. */
export const EVENT_ID_SEED = 65

/** The seed of a column of text: of an attribute a number made of its name, beyond those of the fields. */
export function seedOfTextColumn(name: string): number {
  if (name === eventColumn.variantId || name === eventColumn.eventType) return fieldSeed[name]
  let seed = 0
  for (let i = 0; i < name.length; i++) seed = (Math.imul(seed, 31) + name.charCodeAt(i)) & 0x3fffffff
  return 128 + seed
}

/** The columns of text that are part of what an event says. */
export function saysSomething(name: string): boolean {
  return name === eventColumn.variantId || name === eventColumn.eventType || name.startsWith(ATTRIBUTE_PREFIX)
}

/** Adds a unit, given as the two lanes of its 64 bits. */
export function addUnit(low: number, high: number, sums: Int32Array, at: number): void {
  addMurmurHashOfPair(low, high, fieldSeed.unit, sums, at)
}

/** Adds a time, given as the lower and the upper 32 bits of its microseconds since 1970. */
export function addTime(low: number, high: number, sums: Int32Array, at: number): void {
  addMurmurHashOfPair(low, high, fieldSeed.time, sums, at)
}

/** Adds a value, given as the lower and the upper 32 bits of the double. */
export function addValue(low: number, high: number, sums: Int32Array, at: number): void {
  addMurmurHashOfPair(low, high, fieldSeed.value, sums, at)
}

const textHash = new Int32Array(4)

/** Adds a text, given as the bytes from `start` to before `end`. */
export function addText(
  bytes: Uint8Array,
  start: number,
  end: number,
  seed: number,
  sums: Int32Array,
  at: number,
): void {
  murmurHash128(bytes, start, end, seed, textHash, 0)
  addLanes(textHash, 0, sums, at)
}

/** Adds a hash that is known already. */
export function addLanes(hash: Int32Array, from: number, sums: Int32Array, at: number): void {
  sums[at] = (sums[at]! + hash[from]!) | 0
  sums[at + 1] = (sums[at + 1]! + hash[from + 1]!) | 0
  sums[at + 2] = (sums[at + 2]! + hash[from + 2]!) | 0
  sums[at + 3] = (sums[at + 3]! + hash[from + 3]!) | 0
}
