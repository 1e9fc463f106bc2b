import { type ColumnFile, type ColumnValues, typeNumberOf } from './column-file.ts'
import type { Dictionary } from './dictionary.ts'
import type { Scratch } from './memory.ts'
import { column, translation, type UnitFacts } from './unit-files.ts'
import type { AttributeColumn } from './unit-rows.ts'

/** Where codes of texts are to be from. */
export interface Dictionaries {
  variantNames: Dictionary
  attributes: ReadonlyMap<string, Dictionary>
}

/** The rows of a file that say something of picked units: row here, row there. */
interface PickedRows {
  rows: Int32Array
  from: Int32Array
  count: number
}

/** What some units of a shard are, by rows of one's own, read from file after file of a unit table. */
export class PickedUnits {
  readonly size: number
  readonly state: Uint8Array
  readonly variant: Int32Array
  readonly firstExposure: Float64Array
  readonly attributes: ReadonlyMap<string, AttributeColumn>
  readonly variantNames: Dictionary
  readonly #memory: Scratch
  readonly #positions: Int32Array
  readonly #slots: Int32Array
  readonly #rows: Int32Array
  readonly #from: Int32Array

  /**
   * @param positions in the shard, by row; -1 where a unit has none
   * @param slots by position in the shard: 1 + row; 0 where a unit was not picked
   * @param memory where all of this and the units' columns lie
   */
  constructor(
    positions: Int32Array,
    slots: Int32Array,
    { variantNames, attributes }: Dictionaries,
    withTimes: boolean,
    memory: Scratch,
  ) {
    const size = positions.length
    this.size = size
    this.#memory = memory
    this.#positions = positions
    this.#slots = slots
    this.state = memory.uint8(size)
    this.variant = memory.int32(size).fill(-1)
    this.firstExposure = memory.float64(withTimes ? size : 0).fill(Infinity)
    this.variantNames = variantNames
    this.attributes = new Map(
      [...attributes].map(([name, dictionary]) => [name, { codes: memory.int32(size).fill(-1), dictionary }]),
    )
    // A file may list a unit more, which is then written over.
    this.#rows = memory.int32(size + 1)
    this.#from = memory.int32(size + 1)
  }

  /** Reads what the next file of the shard says of the units. */
  read(file: ColumnFile<UnitFacts>): void {
    const { facts } = file
    const memory = this.#memory
    const { kernel } = memory
    const picked = this.#rowsIn(facts.rows, file.column(column.position, memory) as Int32Array | null)
    const [rows, from, count] = [picked.rows.byteOffset, picked.from.byteOffset, picked.count]
    const states = file.column(column.state, memory)!
    kernel.pickBytes(this.state.byteOffset, rows, states.byteOffset, from, count)
    if (this.firstExposure.length > 0) {
      const times = file.column(column.firstExposure, memory)!
      kernel.pickDoubles(this.firstExposure.byteOffset, rows, times.byteOffset, typeNumberOf(times), from, count)
    }
    const variants = translation(this.variantNames, facts.variants)
    this.#pickCodes(this.variant, file.column(column.variant, memory), picked, variants, null)
    const renewed = file.column(column.renewed, memory)
    for (const [name, { codes, dictionary }] of this.attributes) {
      const values = translation(dictionary, facts.attributes.find((own) => own.name === name)?.values ?? [])
      // A file without the attribute says that it is absent at the first exposures that the file tells of.
      this.#pickCodes(codes, file.column(column.attribute(name), memory), picked, values, renewed)
    }
  }

  /** @param meanings the code here of each code of the file, which begin at 0 for none */
  #pickCodes(
    target: Int32Array,
    codes: ColumnValues | null,
    { rows, from, count }: PickedRows,
    meanings: Int32Array,
    renewed: ColumnValues | null,
  ): void {
    const known = this.#memory.int32(meanings.length)
    known.set(meanings)
    this.#memory.kernel.pickCodes(
      target.byteOffset,
      rows.byteOffset,
      codes?.byteOffset ?? 0,
      codes === null ? 0 : typeNumberOf(codes),
      from.byteOffset,
      count,
      known.byteOffset,
      renewed?.byteOffset ?? 0,
    )
  }

  #rowsIn(fileRows: number, positions: Int32Array | null): PickedRows {
    const { kernel } = this.#memory
    const [rows, from] = [this.#rows, this.#from]
    const count =
      positions === null
        ? kernel.pickFirst(this.#positions.byteOffset, this.size, fileRows, rows.byteOffset, from.byteOffset)
        : kernel.pickLater(this.#slots.byteOffset, positions.byteOffset, fileRows, rows.byteOffset, from.byteOffset)
    return { rows, from, count }
  }
}
