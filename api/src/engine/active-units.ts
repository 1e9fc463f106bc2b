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
  values: ColumnValues
  /** The rows that the values are of; null for all. */
  rows: ColumnValues | null
  positions: ColumnValues | null
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
  #positions = new Int32Array(0)
  #sums: SumColumn[] = []

  constructor(units: number, wanted: Wanted) {
    this.#wanted = wanted
    this.#slots = new Int32Array(units)
    for (const name of wanted.attributes) this.counts.attributes.set(name, [])
  }

  /** Reads the sums of a file, and marks the units that have one. */
  async readSums(file: ColumnFile<UnitFacts>): Promise<void> {
    const positions = await file.column(column.position)
    for (const type of file.facts.types) {
      if (!this.#wanted.types.includes(type)) continue
      for (const sum of sumNames) {
        const name = column.sum(type, sum)
        const values = await file.column(name)
        if (values === null) continue
        const rows = await file.column(column.rowsOf(name))
        this.#sums.push({ type, sum, values, rows, positions })
        for (let i = 0; i < values.length; i++) this.#slots[positionOf(i, rows, positions)] = 1
      }
    }
  }

  /** Gives the marked units their rows, in the order of their positions, and adds up their sums. */
  place(): void {
    const slots = this.#slots
    let size = 0
    for (let position = 0; position < slots.length; position++) if (slots[position] !== 0) slots[position] = ++size
    this.size = size
    this.#positions = new Int32Array(size)
    for (let position = 0; position < slots.length; position++)
      if (slots[position] !== 0) this.#positions[slots[position]! - 1] = position
    this.state = new Uint8Array(size)
    this.variant = new Int32Array(size).fill(-1)
    for (const name of this.#wanted.attributes)
      this.attributes.set(name, { codes: new Int32Array(size).fill(-1), dictionary: new Dictionary() })
    for (const { type, sum, values, rows, positions } of this.#sums) {
      let sums = this.types.get(type)
      if (sums === undefined) this.types.set(type, (sums = noSums(size)))
      const target = sums[sum]
      for (let i = 0; i < values.length; i++) target[slots[positionOf(i, rows, positions)]! - 1]! += values[i]!
    }
    this.#sums = []
  }

  /** Reads what the units of a file are, and how many there are of each kind. */
  async readKinds(file: ColumnFile<UnitFacts>): Promise<void> {
    const { facts } = file
    const positions = await file.column(column.position)
    const renewed = await file.column(column.renewed)
    facts.states.forEach((count, state) => (this.counts.states[state]! += count))
    const variants = translation(this.variantNames, facts.variants)
    const days = asKinds(await file.column(column.countsByDay))
    this.counts.days.push(translated(days, null, variants))

    const states = (await file.column(column.state))!
    const codes = (await file.column(column.variant))!
    this.#eachRow(facts.rows, positions, (row, from) => {
      this.state[row] = states[from]!
      this.variant[row] = variants[codes[from]!]!
    })
    for (const name of this.#wanted.attributes) {
      const own = facts.attributes.find((attribute) => attribute.name === name)
      const target = this.attributes.get(name)!
      const values = translation(target.dictionary, own?.values ?? [])
      const ownCodes = await file.column(column.attribute(name))
      this.#eachRow(facts.rows, positions, (row, from) => {
        if (renewed === null || renewed[from] === 1) target.codes[row] = ownCodes === null ? -1 : values[ownCodes[from]!]!
      })
      const counts = await file.column(column.countsOf(name))
      // Where a file does not have the attribute, all its units are without a value.
      const kinds = counts === null ? withoutKind(days) : asKinds(counts)
      this.counts.attributes.get(name)!.push(translated(kinds, values, variants))
    }
  }

  /** Goes through the rows that a file says something of. */
  #eachRow(rows: number, positions: ColumnValues | null, take: (row: number, from: number) => void): void {
    if (positions === null) {
      for (let row = 0; row < this.size && this.#positions[row]! < rows; row++) take(row, this.#positions[row]!)
      return
    }
    for (let from = 0; from < rows; from++) {
      const slot = this.#slots[positions[from]!]!
      if (slot > 0) take(slot - 1, from)
    }
  }
}

function positionOf(i: number, rows: ColumnValues | null, positions: ColumnValues | null): number {
  const row = rows === null ? i : rows[i]!
  return positions === null ? row : positions[row]!
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
