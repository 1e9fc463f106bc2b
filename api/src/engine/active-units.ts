import type { ActiveUnits } from './aggregate-units.ts'
import type { ColumnFile, ColumnValues } from './column-file.ts'
import { Dictionary } from './dictionary.ts'
import { doubles, integers, PickedUnits, type Dictionaries } from './picked-units.ts'
import type { KindCounts, UnitCounts } from './unit-counts.ts'
import { clearResidues, column, eachFile, translation, type UnitFacts, type WantedColumns } from './unit-files.ts'
import { noSums, sumNames, type TypeSums } from './unit-rows.ts'
import type { UnitFile } from './unit-table.ts'

type Wanted = { [Name in 'types' | 'attributes']: NonNullable<WantedColumns[Name]> }

/**
 * Reads of a shard of a unit table what a plan wants: the units that have a sum of the wanted types row by row, and of all
 * units how many there are of each kind.
 */
export async function readActiveUnits(files: UnitFile[], wanted: Wanted): Promise<ActiveUnits> {
  const slots = new Int32Array(files.at(-1)?.size ?? 0)
  const columns: SumColumn[] = []
  await eachFile(files, async (file) => {
    for (const sums of await sumsIn(file, wanted.types)) {
      mark(slots, sums.positions)
      columns.push(sums)
    }
  })
  const positions = numbered(slots)
  const types = addedUp(columns, slots, positions.length)
  if (files.length > 1) for (const sums of types.values()) clearResidues(sums)

  const dictionaries = {
    variantNames: new Dictionary(),
    attributes: new Map(wanted.attributes.map((name) => [name, new Dictionary()])),
  }
  const kinds = new PickedUnits(positions, slots, dictionaries)
  const counts = { states: [0, 0, 0, 0], days: [], attributes: new Map(wanted.attributes.map((name) => [name, []])) }
  await eachFile(files, async (file) => {
    await kinds.read(file, false)
    await addCounts(counts, file, dictionaries)
  })
  const { size, state, variant, variantNames, attributes } = kinds
  return { size, state, variant, variantNames, attributes, types, eventsWithoutRow: new Map(), counts }
}

/** A column of sums as a file has it. */
interface SumColumn {
  type: string
  sum: keyof TypeSums
  values: Float64Array
  /** Position in the shard of each value's unit. */
  positions: Int32Array
}

async function sumsIn(file: ColumnFile<UnitFacts>, types: readonly string[]): Promise<SumColumn[]> {
  const positions = integers(await file.column(column.position))
  const found: SumColumn[] = []
  for (const type of file.facts.types) {
    if (!types.includes(type)) continue
    for (const sum of sumNames) {
      const name = column.sum(type, sum)
      const values = await file.column(name)
      if (values === null) continue
      const rows = integers(await file.column(column.rowsOf(name)))
      found.push({ type, sum, values: doubles(values), positions: placed(rows, positions, values.length) })
    }
  }
  return found
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
  return places.subarray(0, size)
}

function addedUp(columns: SumColumn[], slots: Int32Array, size: number): Map<string, TypeSums> {
  const types = new Map<string, TypeSums>()
  for (const { type, sum, values, positions } of columns) {
    let sums = types.get(type)
    if (sums === undefined) types.set(type, (sums = noSums(size)))
    addAt(sums[sum], slots, positions, values)
  }
  return types
}

function addAt(target: Float64Array, slots: Int32Array, positions: Int32Array, values: Float64Array): void {
  for (let i = 0; i < values.length; i++) target[slots[positions[i]!]! - 1]! += values[i]!
}

interface GrowingCounts extends UnitCounts {
  days: KindCounts[]
  attributes: Map<string, KindCounts[]>
}

/** Adds how many units a file tells of. */
async function addCounts(
  counts: GrowingCounts,
  file: ColumnFile<UnitFacts>,
  { variantNames, attributes }: Dictionaries,
): Promise<void> {
  const { facts } = file
  facts.states.forEach((count, state) => (counts.states[state]! += count))
  const variants = translation(variantNames, facts.variants)
  const days = asKinds(await file.column(column.countsByDay))
  counts.days.push(translated(days, null, variants))
  for (const [name, dictionary] of attributes) {
    const own = facts.attributes.find((attribute) => attribute.name === name)
    const byValue = await file.column(column.countsOf(name))
    // Where a file does not have the attribute, all its units are without a value.
    const kinds = byValue === null ? days.map((value, i) => (i % 3 === 0 ? -1 : value)) : asKinds(byValue)
    const codes = byValue === null ? null : translation(dictionary, own!.values)
    counts.attributes.get(name)!.push(translated(kinds, codes, variants))
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
