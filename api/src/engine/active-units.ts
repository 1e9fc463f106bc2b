import type { ActiveUnits } from './aggregate-units.ts'
import { ColumnFile, type ColumnValues } from './column-file.ts'
import { Dictionary } from './dictionary.ts'
import type { KindCounts } from './unit-counts.ts'
import { clearResidues, column, translation, type UnitFacts, type WantedColumns } from './unit-files.ts'
import { noSums, sumNames, type AttributeColumn, type TypeSums } from './unit-rows.ts'
import type { UnitFile } from './unit-table.ts'

/**
 * Reads of a shard of a unit table what a plan wants: the units that have a sum of the wanted types row by row, and of all
 * units how many there are of each kind.
 */
export async function readActiveUnits(files: UnitFile[], wanted: Wanted): Promise<ActiveUnits> {
  const shard = new ActiveShard(files.at(-1)?.size ?? 0, wanted)
  const readAll = async (read: (file: ColumnFile<UnitFacts>) => Promise<void>): Promise<void> => {
    for (const { path } of files) await ColumnFile.use<UnitFacts, void>(path, read)
  }
  await readAll((file) => shard.readSums(file))
  shard.place()
  await readAll((file) => shard.readKinds(file))
  if (files.length > 1) for (const sums of shard.types.values()) clearResidues(sums)
  return shard
}

type Wanted = { [Name in 'types' | 'attributes']: NonNullable<WantedColumns[Name]> }

/** A column of sums as a file has it. */
interface SumColumn {
  type: string
  sum: keyof TypeSums
  values: Float64Array
  /** Position in the shard of each value's unit. */
  positions: Int32Array
}

/** A shard of a unit table while its files are read. */
class ActiveShard implements ActiveUnits {
  size = 0
  state = new Uint8Array(0)
  variant = new Int32Array(0)
  readonly variantNames = new Dictionary()
  readonly attributes = new Map<string, AttributeColumn>()
  readonly types = new Map<string, TypeSums>()
  readonly eventsWithoutRow = new Map<string, number>()
  readonly counts = { states: [0, 0, 0, 0], days: [] as KindCounts[], attributes: new Map<string, KindCounts[]>() }
  readonly #wanted: Wanted
  /** By position in the shard: 1 + row; 0 where a unit has none. */
  readonly #slots: Int32Array
  /** Position of each row. */
  #positions: Int32Array = new Int32Array(0)
  #sums: SumColumn[] = []

  constructor(units: number, wanted: Wanted) {
    this.#wanted = wanted
    this.#slots = new Int32Array(units)
    for (const name of wanted.attributes) this.counts.attributes.set(name, [])
  }

  /** Reads the sums of a file, and marks the units that have one. */
  async readSums(file: ColumnFile<UnitFacts>): Promise<void> {
    const positions = whole(await file.column(column.position))
    for (const type of file.facts.types) {
      if (!this.#wanted.types.includes(type)) continue
      for (const sum of sumNames) {
        const name = column.sum(type, sum)
        const values = await file.column(name)
        if (values === null) continue
        const places = placed(whole(await file.column(column.rowsOf(name))), positions, values.length)
        this.#sums.push({ type, sum, values: doubles(values), positions: places })
        mark(this.#slots, places)
      }
    }
  }

  /** Gives the marked units their rows, in the order of their positions, and adds up their sums. */
  place(): void {
    const slots = this.#slots
    this.#positions = numbered(slots)
    const size = this.#positions.length
    this.size = size
    this.state = new Uint8Array(size)
    this.variant = new Int32Array(size).fill(-1)
    for (const name of this.#wanted.attributes)
      this.attributes.set(name, { codes: new Int32Array(size).fill(-1), dictionary: new Dictionary() })
    for (const { type, sum, values, positions } of this.#sums) {
      let sums = this.types.get(type)
      if (sums === undefined) this.types.set(type, (sums = noSums(size)))
      addAt(sums[sum], slots, positions, values)
    }
    this.#sums = []
  }

  /** Reads what the units of a file are, and how many there are of each kind. */
  async readKinds(file: ColumnFile<UnitFacts>): Promise<void> {
    const { facts } = file
    const positions = whole(await file.column(column.position))
    const renewed = whole(await file.column(column.renewed))
    facts.states.forEach((count, state) => (this.counts.states[state]! += count))
    const variants = translation(this.variantNames, facts.variants)
    const days = asKinds(await file.column(column.countsByDay))
    this.counts.days.push(translated(days, null, variants))

    const { rows, from } = this.#rowsIn(facts.rows, positions)
    const states = whole(await file.column(column.state))!
    for (let i = 0; i < rows.length; i++) this.state[rows[i]!] = states[from[i]!]!
    setCodes(this.variant, rows, from, whole(await file.column(column.variant))!, variants, null)
    for (const name of this.#wanted.attributes) {
      const own = facts.attributes.find((attribute) => attribute.name === name)
      const { codes, dictionary } = this.attributes.get(name)!
      const values = translation(dictionary, own?.values ?? [])
      const ownCodes = whole(await file.column(column.attribute(name))) ?? new Int32Array(facts.rows)
      setCodes(codes, rows, from, ownCodes, values, renewed)
      const counts = await file.column(column.countsOf(name))
      // Where a file does not have the attribute, all its units are without a value.
      const kinds = counts === null ? withoutKind(days) : asKinds(counts)
      this.counts.attributes.get(name)!.push(translated(kinds, values, variants))
    }
  }

  /** The rows here that a file says something of, and where in the file. */
  #rowsIn(fileRows: number, positions: Int32Array | null): { rows: Int32Array; from: Int32Array } {
    const rows = new Int32Array(this.size)
    if (positions === null) {
      let count = 0
      while (count < this.size && this.#positions[count]! < fileRows) rows[count] = count++
      return { rows: rows.subarray(0, count), from: this.#positions.subarray(0, count) }
    }
    const from = new Int32Array(this.size)
    let count = 0
    for (let row = 0; row < fileRows; row++) {
      const slot = this.#slots[positions[row]!]!
      if (slot === 0) continue
      rows[count] = slot - 1
      from[count++] = row
    }
    return { rows: rows.subarray(0, count), from: from.subarray(0, count) }
  }
}

// The columns of files come in several types; loops that always see the same one are several times faster.

function whole(values: ColumnValues | null): Int32Array | null {
  return values === null || values instanceof Int32Array ? values : new Int32Array(values)
}

function doubles(values: ColumnValues): Float64Array {
  return values instanceof Float64Array ? values : new Float64Array(values)
}

/** Where in the shard the units are that a file's values are of; both lists null for all in order. */
function placed(rows: Int32Array | null, positions: Int32Array | null, length: number): Int32Array {
  if (rows === null) return positions ?? Int32Array.from({ length }, (_, row) => row)
  return positions === null ? rows : rows.map((row) => positions[row]!)
}

function mark(slots: Int32Array, positions: Int32Array): void {
  for (let i = 0; i < positions.length; i++) slots[positions[i]!] = 1
}

/** Numbers the marked places from 1 on, and returns them in order. */
function numbered(slots: Int32Array): Int32Array {
  const places = new Int32Array(slots.length)
  let size = 0
  for (let place = 0; place < slots.length; place++) {
    if (slots[place] === 0) continue
    places[size] = place
    slots[place] = ++size
  }
  return places.slice(0, size)
}

function addAt(target: Float64Array, slots: Int32Array, positions: Int32Array, values: Float64Array): void {
  for (let i = 0; i < values.length; i++) target[slots[positions[i]!]! - 1]! += values[i]!
}

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

function asKinds(counts: ColumnValues | null): KindCounts {
  return counts instanceof Int32Array ? counts : new Int32Array(0)
}

/** Counts with the shard's codes in the place of a file's. Both lists begin with the code of none. */
function translated(counts: KindCounts, kinds: Int32Array | null, variants: Int32Array): KindCounts {
  const result = counts.slice()
  for (let i = 0; i < result.length; i += 3) {
    if (kinds !== null) result[i] = kinds[result[i]! + 1]!
    result[i + 1] = variants[result[i + 1]! + 1]!
  }
  return result
}

function withoutKind(counts: KindCounts): KindCounts {
  return counts.map((value, i) => (i % 3 === 0 ? -1 : value))
}
