import { ColumnFile, narrowed, writeColumns, type Column, type ColumnValues } from './column-file.ts'
import { Dictionary } from './dictionary.ts'
import { freshMemory, type Memory } from './memory.ts'
import { type AggregationPlan, measuredTypes } from './plan.ts'
import { countUnits, type CountedBefore } from './unit-counts.ts'
import { sumNames, type AttributeColumn, type SummedUnits, type TypeSums } from './unit-rows.ts'
import type { UnitFile } from './unit-table.ts'

/*
 * The columns of a unit table's files, and facts of them. Texts are numbers from 1 on into lists of the head; 0 is none. A sum that most units
 * have none of is two columns: the rows that have one, and what they have.
 */
export const column = {
  /** Low and high half of each unit. */
  unit: 'unit',
  /** Number of the unit in its shard. The first file of a shard has them in order, and no such column. */
  position: 'position',
  firstExposure: 'first exposure',
  variant: 'variant',
  state: 'exposure state',
  /** In later files: whether the attributes take the place of those before. */
  renewed: 'renewed',
  attribute: (name: string) => `attribute ${name}`,
  sum: (type: string, sum: keyof TypeSums) => `${sum} ${type}`,
  rowsOf: (name: string) => `rows of ${name}`,
  /** How many units there are of each kind; in later files, how many more. See `UnitCounts`. */
  countsByDay: 'units by day',
  countsOf: (attribute: string) => `units by ${attribute}`,
} as const

/** Where at least this share of the units has a sum, it is a column of all units. */
const DENSE_SHARE = 0.5

export interface UnitFacts {
  rows: number
  /** Units by exposure state; in later files, how many more. */
  states: number[]
  variants: string[]
  attributes: { name: string; values: string[] }[]
  types: string[]
}

/** What a later file says beside the units' sums, which are what is to be added. */
export interface UnitChanges {
  positions: Int32Array
  /** 1 where the attributes take the place of those before. */
  renewed: Uint8Array
  /** What is known of the units, in the codes of the changed ones. */
  before: CountedBefore
}

/**
 * Writes units as a file of a unit table. Columns that hold nothing are left out.
 *
 * @param halves the units by row: low half, high half
 */
export async function writeUnits(
  units: SummedUnits,
  halves: Int32Array,
  changes: UnitChanges | null,
  path: string,
): Promise<{ rows: number; bytes: number }> {
  const rows = units.size
  const columns: Column[] = [
    { name: column.unit, values: halves.subarray(0, rows * 2) },
    { name: column.firstExposure, values: units.firstExposure.subarray(0, rows) },
    { name: column.state, values: units.state.subarray(0, rows) },
    { name: column.variant, values: codesFromOne(units.variant, rows) },
  ]
  if (changes !== null) {
    columns.push({ name: column.position, values: changes.positions.subarray(0, rows) })
    columns.push({ name: column.renewed, values: changes.renewed.subarray(0, rows) })
  }
  for (const [name, { codes }] of units.attributes)
    columns.push({ name: column.attribute(name), values: codesFromOne(codes, rows) })
  for (const [type, sums] of units.types)
    for (const sum of sumNames) columns.push(...sumColumns(column.sum(type, sum), sums[sum].subarray(0, rows)))
  const { size, firstExposure, variant, state } = units
  const counted = { size, firstExposure, variant, state, attributes: new Map<string, Int32Array>() }
  for (const [name, { codes }] of units.attributes) counted.attributes.set(name, codesAfter(codes, name, rows, changes))
  const { states, days, attributes } = countUnits(
    counted,
    changes?.before ?? null,
    Math.max(1, units.variantNames.values.length),
  )
  columns.push({ name: column.countsByDay, values: days[0]! })
  for (const [name, counts] of attributes) columns.push({ name: column.countsOf(name), values: counts[0]! })
  const facts: UnitFacts = {
    rows,
    states,
    variants: units.variantNames.values,
    attributes: [...units.attributes].map(([name, { dictionary }]) => ({ name, values: dictionary.values })),
    types: [...units.types.keys()],
  }
  return { rows, bytes: await writeColumns(path, facts, columns) }
}

/** What the units' values of an attribute are once the changes are made. */
function codesAfter(codes: Int32Array, attribute: string, rows: number, changes: UnitChanges | null): Int32Array {
  if (changes === null) return codes
  const before = changes.before.attributes.get(attribute)!
  const after = codes.slice(0, rows)
  for (let row = 0; row < rows; row++) if (changes.renewed[row] !== 1) after[row] = before[row]!
  return after
}

function codesFromOne(codes: Int32Array, rows: number): ColumnValues {
  const shifted = new Int32Array(rows)
  for (let row = 0; row < rows; row++) shifted[row] = codes[row]! + 1
  return narrowed(shifted)
}

function sumColumns(name: string, values: Float64Array): Column[] {
  let count = 0
  for (let row = 0; row < values.length; row++) if (values[row] !== 0) count++
  if (count === 0) return []
  if (count >= values.length * DENSE_SHARE) return [{ name, values: narrowed(values) }]
  const rows = new Int32Array(count)
  const others = new Float64Array(count)
  for (let row = 0, to = 0; row < values.length; row++) {
    if (values[row] === 0) continue
    rows[to] = row
    others[to++] = values[row]!
  }
  return [
    { name, values: narrowed(others) },
    { name: column.rowsOf(name), values: rows },
  ]
}

/** What is wanted of a unit table; the exposures always are. */
export interface WantedColumns {
  /** Event types; null for all. */
  types: readonly string[] | null
  /** What is read of them; the other sums are 0. */
  sums: readonly (keyof TypeSums)[]
  /** Attributes; null for all. */
  attributes: readonly string[] | null
  /** Whether to read the units themselves. */
  units: boolean
}

/** What a plan wants of a unit table. */
export function wantedBy({ measures, segments }: AggregationPlan): WantedColumns {
  return { types: measuredTypes(measures), sums: sumNames, attributes: segments, units: false }
}

/** Names of the attributes that a file has. */
export function attributesOfUnits(path: string): string[] {
  return ColumnFile.use<UnitFacts, string[]>(path, ({ facts }) => facts.attributes.map(({ name }) => name))
}

/** Opens the files of a shard one after the other. */
export function eachFile(files: UnitFile[], read: (file: ColumnFile<UnitFacts>) => void): void {
  for (const { path } of files) ColumnFile.use<UnitFacts, void>(path, read)
}

/**
 * The units of a shard by position, low half, high half, and how many there are of each exposure state.
 *
 * @param memory where the units lie: it must be kept as long as they are read
 */
export function readUnitNames(files: UnitFile[], memory: Memory): { halves: Int32Array; states: number[] } {
  const halves = memory.int32((files.at(-1)?.size ?? 0) * 2)
  const states = [0, 0, 0, 0]
  eachFile(files, (file) => {
    const positions = file.column(column.position, memory) as Int32Array | null
    place(halves, file.column(column.unit, memory)!, positions, 2)
    file.facts.states.forEach((count, state) => (states[state]! += count))
  })
  return { halves, states }
}

export interface ReadUnits extends SummedUnits {
  /** The units by row, low half, high half; empty when they were not asked for. */
  halves: Int32Array
}

/** A shard of a unit table while its files are read. */
interface ShardUnits extends ReadUnits {
  memory: Memory
  /** In the place of all sums that are not read. */
  zeros: Float64Array | null
  attributes: Map<string, AttributeColumn>
  types: Map<string, TypeSums>
}

/**
 * Reads a shard of a unit table: its first file, and what the later ones changed.
 *
 * @param memory where what is read lies: it must be kept as long as what is returned
 */
export function readUnits(files: UnitFile[], asked: WantedColumns, memory: Memory = freshMemory): ReadUnits {
  // Early sums are cleared by the counts.
  const wanted = asked.sums.includes('earlySums')
    ? { ...asked, sums: [...new Set([...asked.sums, 'earlyCounts' as const])] }
    : asked
  const size = files.at(-1)?.size ?? 0
  const units: ShardUnits = {
    memory,
    zeros: null,
    size,
    halves: memory.int32(wanted.units ? size * 2 : 0),
    firstExposure: memory.float64(size).fill(Infinity),
    variant: memory.int32(size).fill(-1),
    state: memory.uint8(size),
    variantNames: new Dictionary(),
    attributes: new Map(),
    types: new Map(),
    eventsWithoutRow: new Map(),
  }
  for (const name of wanted.attributes ?? []) attributeOf(units, name)
  eachFile(files, (file) => readFile(file, units, wanted))
  if (files.length > 1) for (const sums of units.types.values()) clearResidues(sums)
  return units
}

function readFile(file: ColumnFile<UnitFacts>, units: ShardUnits, wanted: WantedColumns): void {
  const { facts } = file
  const { memory } = units
  const positions = file.column(column.position, memory) as Int32Array | null
  const renewed = file.column(column.renewed, memory) as Uint8Array | null
  if (wanted.units) place(units.halves, file.column(column.unit, memory)!, positions, 2)
  place(units.firstExposure, file.column(column.firstExposure, memory)!, positions)
  place(units.state, file.column(column.state, memory)!, positions)
  const variants = translation(units.variantNames, facts.variants)
  placeCodes(units.variant, file.column(column.variant, memory)!, variants, positions, null)

  const own = new Map(facts.attributes.map(({ name, values }) => [name, values]))
  for (const name of wanted.attributes ?? own.keys()) {
    const { codes, dictionary } = attributeOf(units, name)
    const values = file.column(column.attribute(name), memory)
    if (values !== null) placeCodes(codes, values, translation(dictionary, own.get(name)!), positions, renewed)
    // An attribute that a later file does not have is absent at the first exposures it tells of.
    else if (positions !== null) placeCodes(codes, new Uint8Array(facts.rows), ABSENT, positions, renewed)
  }
  if (wanted.attributes === null && positions !== null) {
    const absent = [...units.attributes].filter(([name]) => !own.has(name))
    for (const [, { codes }] of absent) placeCodes(codes, new Uint8Array(facts.rows), ABSENT, positions, renewed)
  }

  for (const type of facts.types) {
    if (wanted.types !== null && !wanted.types.includes(type)) continue
    for (const sum of wanted.sums) {
      const name = column.sum(type, sum)
      const values = file.column(name, memory)
      if (values === null) continue
      const rows = file.column(column.rowsOf(name), memory) as Int32Array | null
      addSums(sumsOf(units, type, wanted)[sum], values, rows, positions)
    }
  }
}

function attributeOf({ attributes, size, memory }: ShardUnits, name: string): AttributeColumn {
  let attribute = attributes.get(name)
  if (attribute === undefined) {
    attribute = { codes: memory.int32(size).fill(-1), dictionary: new Dictionary() }
    attributes.set(name, attribute)
  }
  return attribute
}

function sumsOf(units: ShardUnits, type: string, wanted: WantedColumns): TypeSums {
  const { types, size, memory } = units
  let sums = types.get(type)
  if (sums === undefined) {
    units.zeros ??= memory.float64(size)
    const { zeros } = units
    const own = (name: keyof TypeSums) => (wanted.sums.includes(name) ? memory.float64(size) : zeros)
    sums = { counts: own('counts'), sums: own('sums'), earlyCounts: own('earlyCounts'), earlySums: own('earlySums') }
    types.set(type, sums)
  }
  return sums
}

/** The shard's code of each of a file's, which begin at 1. */
export function translation(dictionary: Dictionary, values: string[]): Int32Array {
  return Int32Array.from([-1, ...dictionary.translate(values)])
}

const ABSENT = Int32Array.of(-1)

/**
 * Where no early event is left, nothing must be left of their sum. Events that a late exposure moved were taken off it one
 * by one, and what rounding leaves of that would pass for a covariate.
 */
export function clearResidues({ earlyCounts, earlySums }: TypeSums): void {
  for (let row = 0; row < earlyCounts.length; row++) if (earlyCounts[row] === 0) earlySums[row] = 0
}

/** Puts values where they belong: at their positions, or from the beginning on. */
function place(target: ColumnValues, values: ColumnValues, positions: Int32Array | null, width = 1): void {
  if (positions === null) return target.set(values)
  for (let row = 0; row < positions.length; row++) {
    for (let k = 0; k < width; k++) target[positions[row]! * width + k] = values[row * width + k]!
  }
}

function placeCodes(
  target: Int32Array,
  codes: ColumnValues,
  translated: Int32Array,
  positions: Int32Array | null,
  renewed: Uint8Array | null,
): void {
  for (let row = 0; row < codes.length; row++) {
    if (renewed !== null && renewed[row] !== 1) continue
    target[positions === null ? row : positions[row]!] = translated[codes[row]!]!
  }
}

/** @param rows the rows that the values are of; null for all */
function addSums(
  target: Float64Array,
  values: ColumnValues,
  rows: Int32Array | null,
  positions: Int32Array | null,
): void {
  if (rows === null && positions === null) return target.set(values)
  for (let i = 0; i < values.length; i++) {
    const row = rows === null ? i : rows[i]!
    target[positions === null ? row : positions[row]!]! += values[i]!
  }
}
