import type { ActiveUnits } from './aggregate-units.ts'
import { type ColumnFile, type ColumnValues, typeNumberOf } from './column-file.ts'
import { Dictionary } from './dictionary.ts'
import { PickedUnits, type Dictionaries } from './picked-units.ts'
import type { KindCounts, UnitCounts } from './unit-counts.ts'
import type { Scratch } from './memory.ts'
import { type AggregationPlan, measuredTypes } from './plan.ts'
import { clearResidues, column, eachFile, translation, type UnitFacts } from './unit-files.ts'
import type { TypeSums } from './unit-rows.ts'
import type { UnitFile } from './unit-table.ts'

/** What a plan asks of the units that did something. */
export interface WantedSums {
  types: readonly string[]
  sums: readonly (keyof TypeSums)[]
  attributes: readonly string[]
}

/** The sums that a plan's measures are of, and the counts of events that tell who did something. */
export function sumsWantedBy({ measures, segments }: AggregationPlan): WantedSums {
  const ofValues = measures.filter(({ aggregation }) => aggregation === 'sum')
  const sums: (keyof TypeSums)[] = ['counts', 'earlyCounts']
  if (ofValues.some(({ before }) => before !== true)) sums.push('sums')
  if (ofValues.some(({ before }) => before === true)) sums.push('earlySums')
  return { types: measuredTypes(measures), sums, attributes: segments }
}

/**
 * Reads of a shard of a unit table what a plan wants: the units that have a sum of the wanted types row by row, and of all
 * units how many there are of each kind.
 *
 * @param memory where what is read lies: it must be kept as long as what is returned
 */
export function readActiveUnits(files: UnitFile[], wanted: WantedSums, memory: Scratch): ActiveUnits {
  const { kernel } = memory
  const slots = memory.int32(files.at(-1)?.size ?? 0)
  const columns: SumColumn[] = []
  eachFile(files, (file) => {
    for (const sums of sumsIn(file, wanted, memory)) {
      kernel.markPlaces(slots.byteOffset, sums.places?.byteOffset ?? 0, sums.values.length)
      columns.push(sums)
    }
  })
  // The last place is written though it may not be marked.
  const places = memory.int32(slots.length + 1)
  const size = kernel.numberPlaces(slots.byteOffset, slots.length, places.byteOffset)
  const types = addedUp(columns, slots, size, wanted, memory)
  if (files.length > 1) for (const sums of types.values()) clearResidues(sums)

  const dictionaries = {
    variantNames: new Dictionary(),
    attributes: new Map(wanted.attributes.map((name) => [name, new Dictionary()])),
  }
  const kinds = new PickedUnits(places.subarray(0, size), slots, dictionaries, false, memory)
  const counts = { states: [0, 0, 0, 0], days: [], attributes: new Map(wanted.attributes.map((name) => [name, []])) }
  eachFile(files, (file) => {
    kinds.read(file)
    addCounts(counts, file, dictionaries)
  })
  const { state, variant, variantNames, attributes } = kinds
  return { size, state, variant, variantNames, attributes, types, eventsWithoutRow: new Map(), counts }
}

/** A column of sums as a file has it. */
interface SumColumn {
  type: string
  sum: keyof TypeSums
  values: ColumnValues
  /** Place in the shard of each value's unit; null for all in order. */
  places: Int32Array | null
}

function sumsIn(file: ColumnFile<UnitFacts>, wanted: WantedSums, memory: Scratch): SumColumn[] {
  const positions = file.column(column.position, memory) as Int32Array | null
  const found: SumColumn[] = []
  for (const type of file.facts.types) {
    if (!wanted.types.includes(type)) continue
    for (const sum of wanted.sums) {
      const name = column.sum(type, sum)
      const values = file.column(name, memory)
      if (values === null) continue
      const rows = file.column(column.rowsOf(name), memory) as Int32Array | null
      found.push({ type, sum, values, places: placesOf(rows, positions, memory) })
    }
  }
  return found
}

/** Where in the shard the units are that a file's values are of. */
function placesOf(rows: Int32Array | null, positions: Int32Array | null, memory: Scratch): Int32Array | null {
  if (rows === null || positions === null) return rows ?? positions
  const places = memory.int32(rows.length)
  memory.kernel.gatherWords(places.byteOffset, positions.byteOffset, rows.byteOffset, rows.length)
  return places
}

function addedUp(
  columns: SumColumn[],
  slots: Int32Array,
  size: number,
  wanted: WantedSums,
  memory: Scratch,
): Map<string, TypeSums> {
  const types = new Map<string, TypeSums>()
  for (const { type, sum, values, places } of columns) {
    let sums = types.get(type)
    if (sums === undefined) {
      const zeros = (name: keyof TypeSums): Float64Array => memory.float64(wanted.sums.includes(name) ? size : 0)
      sums = {
        counts: zeros('counts'),
        sums: zeros('sums'),
        earlyCounts: zeros('earlyCounts'),
        earlySums: zeros('earlySums'),
      }
      types.set(type, sums)
    }
    memory.kernel.addAt(
      sums[sum].byteOffset,
      slots.byteOffset,
      places?.byteOffset ?? 0,
      values.byteOffset,
      typeNumberOf(values),
      values.length,
    )
  }
  return types
}

interface GrowingCounts extends UnitCounts {
  days: KindCounts[]
  attributes: Map<string, KindCounts[]>
}

/** Adds how many units a file tells of. */
function addCounts(
  counts: GrowingCounts,
  file: ColumnFile<UnitFacts>,
  { variantNames, attributes }: Dictionaries,
): void {
  const { facts } = file
  facts.states.forEach((count, state) => (counts.states[state]! += count))
  const variants = translation(variantNames, facts.variants)
  const days = asKinds(file.column(column.countsByDay))
  counts.days.push(translated(days, null, variants))
  for (const [name, dictionary] of attributes) {
    const own = facts.attributes.find((attribute) => attribute.name === name)
    const byValue = file.column(column.countsOf(name))
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
