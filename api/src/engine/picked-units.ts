import type { ColumnFile, ColumnValues } from './column-file.ts'
import type { Dictionary } from './dictionary.ts'
import { freshMemory, type Memory } from './memory.ts'
import { column, translation, type UnitFacts } from './unit-files.ts'
import type { AttributeColumn } from './unit-rows.ts'

/** Where codes of texts are to be from. */
export interface Dictionaries {
  variantNames: Dictionary
  attributes: ReadonlyMap<string, Dictionary>
}

/** What some units of a shard are, by rows of one's own, read from file after file of a unit table. */
export class PickedUnits {
  readonly size: number
  readonly state: Uint8Array
  readonly variant: Int32Array
  readonly firstExposure: Float64Array
  readonly attributes: ReadonlyMap<string, AttributeColumn>
  readonly variantNames: Dictionary
  /** Position in the shard of each row; -1 where it has none. */
  readonly #positions: Int32Array
  /** By position in the shard: 1 + row; 0 where a unit was not picked. */
  readonly #slots: Int32Array

  /** @param memory where the units' columns lie */
  constructor(
    positions: Int32Array,
    slots: Int32Array,
    { variantNames, attributes }: Dictionaries,
    memory: Memory = freshMemory,
  ) {
    const size = positions.length
    this.size = size
    this.#positions = positions
    this.#slots = slots
    this.state = memory.uint8(size)
    this.variant = memory.int32(size).fill(-1)
    this.firstExposure = memory.float64(size).fill(Infinity)
    this.variantNames = variantNames
    this.attributes = new Map(
      [...attributes].map(([name, dictionary]) => [name, { codes: memory.int32(size).fill(-1), dictionary }]),
    )
  }

  /**
   * Reads what the next file of the shard says of the units.
   *
   * @param memory for the file's columns, which are of no use afterwards
   */
  read(file: ColumnFile<UnitFacts>, withTimes: boolean, memory: Memory): void {
    const { facts } = file
    const renewed = integers(file.column(column.renewed, memory), memory)
    const { rows, from } = this.#rowsIn(facts.rows, integers(file.column(column.position, memory), memory), memory)
    const states = integers(file.column(column.state, memory), memory)!
    for (let i = 0; i < rows.length; i++) this.state[rows[i]!] = states[from[i]!]!
    if (withTimes) setTimes(this.firstExposure, rows, from, doubles(file.column(column.firstExposure, memory)!, memory))
    const variants = translation(this.variantNames, facts.variants)
    setCodes(this.variant, rows, from, integers(file.column(column.variant, memory), memory)!, variants, null)
    for (const [name, { codes, dictionary }] of this.attributes) {
      const values = translation(dictionary, facts.attributes.find((own) => own.name === name)?.values ?? [])
      // A file without the attribute says that it is absent at the first exposures that the file tells of.
      const ownCodes = integers(file.column(column.attribute(name), memory), memory) ?? memory.int32(facts.rows)
      setCodes(codes, rows, from, ownCodes, values, renewed)
    }
  }

  /** The rows here that a file says something of, and where in the file. */
  #rowsIn(fileRows: number, positions: Int32Array | null, memory: Memory): { rows: Int32Array; from: Int32Array } {
    const rows = memory.int32(this.size)
    const from = memory.int32(this.size)
    let count = 0
    if (positions === null) {
      for (let row = 0; row < this.size; row++) {
        const position = this.#positions[row]!
        if (position < 0 || position >= fileRows) continue
        rows[count] = row
        from[count++] = position
      }
    } else {
      for (let fileRow = 0; fileRow < fileRows; fileRow++) {
        const slot = this.#slots[positions[fileRow]!]!
        if (slot === 0) continue
        rows[count] = slot - 1
        from[count++] = fileRow
      }
    }
    return { rows: rows.subarray(0, count), from: from.subarray(0, count) }
  }
}

// The columns of files come in several types; loops that always see the same one are several times faster.

/** A column as 32-bit numbers. */
export function integers(values: ColumnValues | null, memory: Memory): Int32Array | null {
  if (values === null || values instanceof Int32Array) return values
  const widened = memory.int32(values.length)
  widened.set(values)
  return widened
}

/** A column as doubles. */
export function doubles(values: ColumnValues, memory: Memory): Float64Array {
  if (values instanceof Float64Array) return values
  const widened = memory.float64(values.length)
  widened.set(values)
  return widened
}

function setTimes(target: Float64Array, rows: Int32Array, from: Int32Array, times: Float64Array): void {
  for (let i = 0; i < rows.length; i++) target[rows[i]!] = times[from[i]!]!
}

/** @param values the code here of each code of the file, which begin at 0 for none */
function setCodes(
  target: Int32Array,
  rows: Int32Array,
  from: Int32Array,
  codes: Int32Array,
  values: Int32Array,
  renewed: Int32Array | null,
): void {
  for (let i = 0; i < rows.length; i++) {
    if (renewed === null || renewed[from[i]!] === 1) target[rows[i]!] = values[codes[from[i]!]!]!
  }
}
