import { addressIn, roomFor } from './block.ts'
import type { Scratch } from './memory.ts'
import { BUSY_UNIT_EVENTS } from './plan.ts'
import type { SummedUnits } from './unit-rows.ts'

/** The fields of UnitQuality in api/kernel/unit-blocks.ts: six doubles, then addresses and counts. */
const DOUBLES = 6
const FIELDS = 5

/** What is seen of all units, compared or not, by the events of some types. */
export class UnitQuality {
  readonly #units: Pick<SummedUnits, 'state'>
  readonly #memory: Scratch
  readonly #doubles: Float64Array
  readonly #fields: Int32Array
  readonly #columns: { values: Float64Array; room: Uint8Array }[]
  readonly #addresses: Int32Array
  readonly #states: Uint8Array

  /** @param size how many units are looked at at a time */
  constructor(types: readonly string[], units: Pick<SummedUnits, 'state' | 'types'>, size: number, memory: Scratch) {
    this.#units = units
    this.#memory = memory
    const known = types.flatMap((type) => units.types.get(type) ?? [])
    const columns = [...known.map(({ earlyCounts }) => earlyCounts), ...known.map(({ counts }) => counts)]
    this.#columns = columns.map((values) => ({ values, room: roomFor(values, size, memory) }))
    this.#addresses = memory.int32(columns.length)
    this.#states = roomFor(units.state, size, memory)
    this.#doubles = memory.float64(DOUBLES + Math.ceil(FIELDS / 2))
    this.#doubles[0] = BUSY_UNIT_EVENTS
    this.#fields = new Int32Array(this.#doubles.buffer, this.#doubles.byteOffset + DOUBLES * 8, FIELDS)
    const { byteOffset } = this.#addresses
    this.#fields.set([0, byteOffset, known.length, byteOffset + known.length * 4, known.length])
  }

  add(from: number, to: number): void {
    for (const [index, { values, room }] of this.#columns.entries())
      this.#addresses[index] = addressIn(values, from, to, room)
    this.#fields[0] = addressIn(this.#units.state, from, to, this.#states)
    this.#memory.kernel.lookAtUnits(this.#doubles.byteOffset, to - from)
  }

  /** Of the units so far. */
  get seen() {
    const [, eventsWithoutExposure, eventsBeforeExposure, unitsWithEventsBeforeExposure, busyUnits, mostEventsOfAUnit] =
      this.#doubles as unknown as [number, number, number, number, number, number]
    return {
      eventsWithoutExposure,
      eventsBeforeExposure,
      unitsWithEventsBeforeExposure,
      busyUnits,
      mostEventsOfAUnit,
    }
  }
}
