import type { Scratch } from './memory.ts'
import type { AggregationPlan, Measure } from './plan.ts'
import { sumOf, type SummedUnits } from './unit-rows.ts'

/** What a block reads of units. */
export type BlockUnits = Pick<SummedUnits, 'state' | 'variant' | 'variantNames' | 'types'>

/** The fields of UnitBlock in api/kernel/unit-blocks.ts, by place. */
const FROM = 0
const COUNT = 1
const STATES = 2
const CODES = 3
const COMPARED = 15
const ACTIVE = 16
const FIELDS = 17

/** A measure there: four whole numbers and two doubles. */
const MEASURE_BYTES = 32
const IS_ANY = 1
const IS_CAPPED = 2

/** The place in the plan of each variant; -1 where it is not of the plan. */
export function positionsIn(plan: AggregationPlan, names: readonly string[]): Int32Array {
  return Int32Array.from(names, (name) => plan.variants.indexOf(name))
}

/** Units of a block that are compared: of the plan's variants, and exposed to one of them only. */
export class Block {
  /** Its units: from this row on, and before that one. */
  from = 0
  to = 0
  /** Row of each, and position in the plan of its variant: first those that have some value. */
  readonly rows: Int32Array
  readonly variants: Int32Array
  /** Value of each, one column a measure. */
  readonly columns: Float64Array[]
  /** Addresses of the columns. */
  readonly addresses: Int32Array
  length = 0
  /** How many of them, the first ones, have a value other than 0. */
  active = 0
  /** How many of each variant have none. */
  readonly zeros: Float64Array
  readonly memory: Scratch
  readonly #units: BlockUnits
  readonly #fields: Int32Array
  /** The columns that measures add up, and their addresses. */
  readonly #sources: { columns: Float64Array[]; rooms: Uint8Array[]; addresses: Int32Array }
  readonly #rooms: { states: Uint8Array; codes: Uint8Array }

  /** @param memory what the block lies in: it is of no use after the release */
  constructor(plan: AggregationPlan, units: BlockUnits, size: number, memory: Scratch) {
    this.memory = memory
    this.#units = units
    this.rows = memory.int32(size)
    this.variants = memory.int32(size)
    this.columns = plan.measures.map(() => memory.float64(size))
    this.addresses = memory.int32(plan.measures.length)
    this.addresses.set(this.columns.map(({ byteOffset }) => byteOffset))
    this.zeros = memory.float64(plan.variants.length)
    const positions = positionsIn(plan, units.variantNames.values)
    const ofCodes = memory.int32(positions.length)
    ofCodes.set(positions)

    const measured = plan.measures.map((measure) => columnsOf(measure, units))
    const columns = measured.flat()
    this.#sources = {
      columns,
      rooms: columns.map((column) => roomFor(column, size, memory)),
      addresses: memory.int32(columns.length),
    }
    this.#rooms = { states: roomFor(units.state, size, memory), codes: roomFor(units.variant, size, memory) }
    this.#fields = memory.int32(FIELDS)
    // In the order of api/kernel/unit-blocks.ts.
    const constants = [
      ...[ofCodes.byteOffset, writeMeasures(plan.measures, measured, memory), plan.measures.length],
      ...[this.#sources.addresses, this.rows, this.variants, this.addresses].map(({ byteOffset }) => byteOffset),
      ...[memory.int32(size), memory.int32(size), this.zeros].map(({ byteOffset }) => byteOffset),
      plan.variants.length,
    ]
    this.#fields.set(constants, CODES + 1)
  }

  read(from: number, to: number): void {
    const { state, variant } = this.#units
    const { columns, rooms, addresses } = this.#sources
    const fields = this.#fields
    for (let k = 0; k < columns.length; k++) addresses[k] = addressIn(columns[k]!, from, to, rooms[k]!)
    this.from = from
    this.to = to
    fields[FROM] = from
    fields[COUNT] = to - from
    fields[STATES] = addressIn(state, from, to, this.#rooms.states)
    fields[CODES] = addressIn(variant, from, to, this.#rooms.codes)
    this.memory.kernel.readBlock(fields.byteOffset)
    this.length = fields[COMPARED]!
    this.active = fields[ACTIVE]!
  }
}

/** Room for a block's share of a column that the kernel cannot see. */
export function roomFor(column: Float64Array | Int32Array | Uint8Array, size: number, memory: Scratch): Uint8Array {
  return memory.bytes(memory.sees(column) ? 0 : size * column.BYTES_PER_ELEMENT)
}

/** Where the kernel finds the values of a column from a row on: where they are, or in the room that they are copied to. */
export function addressIn(
  column: Float64Array | Int32Array | Uint8Array,
  from: number,
  to: number,
  room: Uint8Array,
): number {
  const bytes = column.BYTES_PER_ELEMENT
  if (room.length === 0) return column.byteOffset + from * bytes
  room.set(new Uint8Array(column.buffer, column.byteOffset + from * bytes, (to - from) * bytes))
  return room.byteOffset
}

function columnsOf(measure: Measure, { types }: BlockUnits): Float64Array[] {
  return measure.eventTypes.flatMap((type) => types.get(type)?.[sumOf(measure)] ?? [])
}

/** Returns their address. */
function writeMeasures(measures: readonly Measure[], columns: Float64Array[][], memory: Scratch): number {
  const { buffer, byteOffset } = memory.bytes(measures.length * MEASURE_BYTES)
  let first = 0
  measures.forEach(({ aggregation, cap = null }, index) => {
    const at = byteOffset + index * MEASURE_BYTES
    const count = columns[index]!.length
    const flags = (aggregation === 'any' ? IS_ANY : 0) | (cap === null ? 0 : IS_CAPPED)
    new Int32Array(buffer, at, 4).set([first, count, flags, 0])
    new Float64Array(buffer, at + 16, 2).set([cap?.lower ?? -Infinity, cap?.upper ?? Infinity])
    first += count
  })
  return byteOffset
}
