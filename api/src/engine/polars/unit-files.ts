import { stat } from 'node:fs/promises'
import pl, { type Series } from 'nodejs-polars'
import { Dictionary } from '../dictionary.ts'
import { ATTRIBUTE_PREFIX } from '../event-columns.ts'
import type { AggregationPlan } from '../plan.ts'
import { noSums, sumNames, type AttributeColumn, type SummedUnits, type TypeSums } from '../unit-rows.ts'
import type { UnitFile } from '../unit-table.ts'
import { onceByName } from './expressions.ts'
import { column, frameOf, type Frame } from './frame.ts'
import { codedTexts, unitHalves } from './read-events.ts'

/** The columns of a unit table's files. */
const UNIT = 'unit'
/** Number of the unit in its shard. The first file of a shard has them in order, and no such column. */
const POSITION = 'position'
const FIRST = 'first_exposure'
const VARIANT = 'variant'
const STATE = 'exposure_state'
/** In later files: whether the attributes take the place of those before. */
const RENEWED = 'renewed'
const sumColumns = { counts: 'count', sums: 'sum', earlyCounts: 'early_count', earlySums: 'early_sum' } as const

/** What a later file says beside the units' sums, which are what is to be added. */
export interface UnitChanges {
  positions: Int32Array
  /** 1 where the attributes take the place of those before. */
  renewed: Uint8Array
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
  const own = new Int32Array(halves.subarray(0, rows * 2))
  const columns: Series[] = [column(UNIT, new BigInt64Array(own.buffer), pl.Int64)]
  if (changes !== null) {
    columns.push(column(POSITION, changes.positions.subarray(0, rows), pl.Int32))
    columns.push(column(RENEWED, Int32Array.from(changes.renewed.subarray(0, rows)), pl.Int32))
  }
  columns.push(column(FIRST, units.firstExposure.subarray(0, rows), pl.Float64))
  columns.push(column(STATE, Int32Array.from(units.state.subarray(0, rows)), pl.Int32))
  const texts = [
    { name: VARIANT, codes: units.variant, values: units.variantNames.values },
    ...[...units.attributes].map(([name, { codes, dictionary }]) => ({
      name: `${ATTRIBUTE_PREFIX}${name}`,
      codes,
      values: dictionary.values,
    })),
  ].filter(({ values }) => values.length > 0)
  for (const { name, codes } of texts) columns.push(column(name, codes.subarray(0, rows), pl.Int32))
  for (const [type, sums] of units.types) {
    for (const name of sumNames) {
      const values = sums[name].subarray(0, rows)
      if (values.every((value) => value === 0)) continue
      columns.push(column(`${sumColumns[name]} ${type}`, values, pl.Float64))
    }
  }
  await frameOf(columns)
    .lazy()
    .withColumns(
      ...texts.map(({ name, values }) =>
        pl
          .col(name)
          .replaceStrict([...values.keys()], [...values], pl.lit(null), pl.Utf8)
          .cast(pl.Categorical),
      ),
    )
    .sinkParquet(path, { compression: 'zstd', compressionLevel: 1 })
    .collect()
  return { rows, bytes: (await stat(path)).size }
}

/** What is wanted of a unit table; the exposures always are. */
export interface WantedColumns {
  /** Event types; null for all. */
  types: readonly string[] | null
  /** Attributes; null for all. */
  attributes: readonly string[] | null
  /** Whether to read the units themselves. */
  units: boolean
}

/** What a plan wants of a unit table. */
export function wantedBy({ measures, segments }: AggregationPlan): WantedColumns {
  return { types: [...new Set(measures.flatMap(({ eventTypes }) => eventTypes))], attributes: segments, units: false }
}

export interface ReadUnits extends SummedUnits {
  /** The units by row, low half, high half; empty when they were not asked for. */
  halves: Int32Array
}

/** Reads a shard of a unit table: its first file, and what the later ones changed. */
export async function readUnits(files: UnitFile[], wanted: WantedColumns): Promise<ReadUnits> {
  const size = files.at(-1)?.size ?? 0
  const frames = await Promise.all(files.map(({ path }) => readFrame(path, wanted)))
  const halves = new Int32Array(wanted.units ? size * 2 : 0)
  const firstExposure = new Float64Array(size).fill(Infinity)
  const variant = new Int32Array(size).fill(-1)
  const state = new Uint8Array(size)
  const variantNames = new Dictionary()
  const attributes = new Map<string, AttributeColumn>()
  for (const name of wanted.attributes ?? namesIn(frames, ATTRIBUTE_PREFIX))
    attributes.set(name, { codes: new Int32Array(size).fill(-1), dictionary: new Dictionary() })
  const types = new Map<string, TypeSums>()
  const sumsOf = (type: string): TypeSums => {
    let sums = types.get(type)
    if (sums === undefined) {
      sums = noSums(size)
      types.set(type, sums)
    }
    return sums
  }
  for (const frame of frames) {
    const own = frame.columns
    const rows = frame.height
    const ints = (name: string) => frame.getColumn(name).toTypedArray() as Int32Array
    const doubles = (name: string) => frame.getColumn(name).toTypedArray() as Float64Array
    const positions = own.includes(POSITION) ? ints(POSITION) : null
    if (wanted.units) place(halves, unitHalves(frame, UNIT), positions, 2)
    place(firstExposure, doubles(FIRST), positions)
    place(state, ints(STATE), positions)
    const texts = [VARIANT, ...[...attributes.keys()].map((name) => `${ATTRIBUTE_PREFIX}${name}`)].filter((name) =>
      own.includes(name),
    )
    const renewed = own.includes(RENEWED) ? ints(RENEWED) : null
    for (const [index, { codes, values }] of codedTexts(frame, texts).entries()) {
      const name = texts[index]!
      if (name === VARIANT) {
        place(variant, translated(codes, variantNames.translate(values)), positions)
      } else {
        const target = attributes.get(name.slice(ATTRIBUTE_PREFIX.length))!
        placeRenewed(target.codes, translated(codes, target.dictionary.translate(values)), positions, renewed)
      }
    }
    // An attribute that a later file does not have is absent at the first exposures it tells of.
    if (renewed !== null) {
      const absent = [...attributes].filter(([name]) => !own.includes(`${ATTRIBUTE_PREFIX}${name}`))
      for (const [, { codes }] of absent) placeRenewed(codes, new Int32Array(rows).fill(-1), positions, renewed)
    }
    for (const name of own) {
      const sum = sumNames.find((one) => name.startsWith(`${sumColumns[one]} `))
      if (sum === undefined) continue
      const target = sumsOf(name.slice(sumColumns[sum].length + 1))
      if (positions === null && rows === size) target[sum] = doubles(name)
      else add(target[sum], doubles(name), positions)
    }
  }
  if (files.length > 1) for (const sums of types.values()) clearResidues(sums)
  return { size, halves, firstExposure, variant, state, variantNames, attributes, types, eventsWithoutRow: new Map() }
}

/**
 * Where no early event is left, nothing must be left of their sum. Events that a late exposure moved were taken off it one
 * by one, and what rounding leaves of that would pass for a covariate.
 */
function clearResidues({ earlyCounts, earlySums }: TypeSums): void {
  for (let row = 0; row < earlyCounts.length; row++) if (earlyCounts[row] === 0) earlySums[row] = 0
}

function namesIn(frames: Frame[], prefix: string): string[] {
  const columns = new Set(frames.flatMap((frame) => frame.columns))
  return [...columns].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
}

const asDictionary = onceByName((name) => pl.col(name).cast(pl.Categorical))
const asIs = onceByName((name) => pl.col(name))

async function readFrame(path: string, { types, attributes, units }: WantedColumns): Promise<Frame> {
  const scan = pl.scanParquet(path)
  const wanted = scan.columns.flatMap((name) => {
    if (name === UNIT) return units ? [asIs(name)] : []
    if (name === VARIANT) return [asDictionary(name)]
    if (name === FIRST || name === POSITION || name === STATE || name === RENEWED) return [asIs(name)]
    if (name.startsWith(ATTRIBUTE_PREFIX)) {
      const isWanted = attributes === null || attributes.includes(name.slice(ATTRIBUTE_PREFIX.length))
      return isWanted ? [asDictionary(name)] : []
    }
    const type = name.slice(name.indexOf(' ') + 1)
    return types === null || types.includes(type) ? [asIs(name)] : []
  })
  return (await scan.select(...wanted).collect()) as Frame
}

type Values = Float64Array | Int32Array | Uint8Array

/** Puts values where they belong: at their positions, or from the beginning on. */
function place(target: Values, values: ArrayLike<number>, positions: Int32Array | null, width = 1): void {
  if (positions === null) return target.set(values)
  for (let row = 0; row < positions.length; row++) {
    for (let k = 0; k < width; k++) target[positions[row]! * width + k] = values[row * width + k]!
  }
}

function placeRenewed(
  target: Int32Array,
  values: Int32Array,
  positions: Int32Array | null,
  renewed: Int32Array | null,
): void {
  if (positions === null || renewed === null) return target.set(values)
  for (let row = 0; row < positions.length; row++) if (renewed[row] === 1) target[positions[row]!] = values[row]!
}

function add(target: Float64Array, values: Float64Array, positions: Int32Array | null): void {
  if (positions === null) return target.set(values)
  for (let row = 0; row < positions.length; row++) target[positions[row]!]! += values[row]!
}

function translated(codes: Int32Array, places: Int32Array): Int32Array {
  for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0) codes[i] = places[codes[i]!]!
  return codes
}
