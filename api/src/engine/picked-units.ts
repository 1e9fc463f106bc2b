import type { ColumnFile, ColumnValues } from './column-file.ts'
import type { Dictionary } from './dictionary.ts'
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

  constructor(positions: Int32Array, slots: Int32Array, { variantNames, attributes }: Dictionaries) {
    const size = positions.length
    this.size = size
    this.#positions = positions
    this.#slots = slots
    this.state = new Uint8Array(size)
    this.variant = new Int32Array(size).fill(-1)
    this.firstExposure = new Float64Array(size).fill(Infinity)
    this.variantNames = variantNames
    this.attributes = new Map(
      [...attributes].map(([name, dictionary]) => [name, { codes: new Int32Array(size).fill(-1), dictionary }]),
    )
  }

  /** Reads what the next file of the shard says of the units. */
  async read(file: ColumnFile<UnitFacts>, withTimes: boolean): Promise<void> {
    const { facts } = file
    const renewed = integers(await file.column(column.renewed))
    const { rows, from } = this.#rowsIn(facts.rows, integers(await file.column(column.position)))
    const states = integers(await file.column(column.state))!
    for (let i = 0; i < rows.length; i++) this.state[rows[i]!] = states[from[i]!]!
    if (withTimes) setTimes(this.firstExposure, rows, from, doubles((await file.column(column.firstExposure))!))
    const variants = translation(this.variantNames, facts.variants)
    setCodes(this.variant, rows, from, integers(await file.column(column.variant))!, variants, null)
    for (const [name, { codes, dictionary }] of this.attributes) {
      const values = translation(dictionary, facts.attributes.find((own) => own.name === name)?.values ?? [])
      // A file without the attribute says that it is absent at the first exposures that the file tells of.
      const ownCodes = integers(await file.column(column.attribute(name))) ?? new Int32Array(facts.rows)
      setCodes(codes, rows, from, ownCodes, values, renewed)
    }
  }

  /** The rows here that a file says something of, and where in the file. */
  #rowsIn(fileRows: number, positions: Int32Array | null): { rows: Int32Array; from: Int32Array } {
    const rows = new Int32Array(this.size)
    const from = new Int32Array(this.size)
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
export function integers(values: ColumnValues | null): Int32Array | null {
  return values === null || values instanceof Int32Array ? values : new Int32Array(values)
}

/** A column as doubles. */
export function doubles(values: ColumnValues): Float64Array {
  return values instanceof Float64Array ? values : new Float64Array(values)
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
