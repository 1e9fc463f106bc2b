/* A block of units: which are compared, and what they have of each measure (src/engine/block.ts). */

/** What a measure adds up. */
@unmanaged
class Measure {
  /** Number of the first of its columns, and how many there are. */
  first: u32
  count: u32
  flags: u32
  padding: u32
  /** Values other than 0 are brought between these. */
  lower: f64
  upper: f64
}
const MEASURE_BYTES: u32 = 32
const IS_ANY: u32 = 1
const IS_CAPPED: u32 = 2

/** What is left of a purchase and its refund is rounding, and nothing. */
const NOTHING: f64 = 1e-9

const EXPOSED_ONCE: u32 = 1
const EXPOSED_REPEATEDLY: u32 = 2

/** src/engine/block.ts writes and reads it in this order. */
@unmanaged
export class UnitBlock {
  /** Number of the block's first unit, and how many it has. */
  from: u32
  count: u32
  /** State and code of the variant of its units, from the first one on. */
  states: usize
  codes: usize
  /** The place in the plan of each variant's code, below 0 where it has none. */
  positions: usize
  measures: usize
  width: u32
  /** Addresses of the columns that measures add up, from the block's first unit on. */
  sources: usize

  /** What is made: rows, variants, and one column a measure, whose addresses are in a list. */
  rows: usize
  variants: usize
  columns: usize
  /** Room for rows and variants. */
  idleRows: usize
  idleVariants: usize
  /** How many of each variant have no value, as doubles. */
  zeros: usize
  variantCount: u32
  /** How many units are compared, and how many of them, the first ones, have some value. */
  compared: u32
  active: u32
}

/** Units that are compared come first, in order: those with some value, then those without. */
export function readBlock(block: UnitBlock): void {
  const compared = listCompared(block)
  for (let m: u32 = 0; m < block.width; m++) {
    const measure = changetype<Measure>(block.measures + m * MEASURE_BYTES)
    addUp(measure, block.sources + (measure.first << 2), block.rows, load<usize>(block.columns + (m << 2)), compared)
  }
  block.compared = compared
  block.active = moveActive(block, compared)
  for (let i: u32 = 0; i < compared; i++) {
    const row = block.rows + (i << 2)
    store<u32>(row, load<u32>(row) + block.from)
  }
}

/** Lists the units that are compared, by number in the block, and their variants. */
function listCompared(block: UnitBlock): u32 {
  const count = block.count
  const states = block.states
  const codes = block.codes
  let compared: u32 = 0
  for (let i: u32 = 0; i < count; i++) {
    const state = <u32>load<u8>(states + i)
    if (state !== EXPOSED_ONCE && state !== EXPOSED_REPEATEDLY) continue
    const variant = load<i32>(block.positions + ((<usize>load<i32>(codes + (i << 2))) << 2))
    store<u32>(block.rows + (compared << 2), i)
    store<i32>(block.variants + (compared << 2), variant)
    compared += u32(variant >= 0)
  }
  return compared
}

function addUp(measure: Measure, sources: usize, rows: usize, values: usize, count: u32): void {
  if (measure.count === 0) return memory.fill(values, 0, count << 3)
  const first = load<usize>(sources)
  for (let i: u32 = 0; i < count; i++)
    store<f64>(values + (i << 3), load<f64>(first + (load<u32>(rows + (i << 2)) << 3)))
  for (let k: u32 = 1; k < measure.count; k++) {
    const column = load<usize>(sources + (k << 2))
    for (let i: u32 = 0; i < count; i++) {
      const value = values + (i << 3)
      store<f64>(value, load<f64>(value) + load<f64>(column + (load<u32>(rows + (i << 2)) << 3)))
    }
  }
  if (measure.flags & IS_ANY) {
    for (let i: u32 = 0; i < count; i++) store<f64>(values + (i << 3), <f64>u32(load<f64>(values + (i << 3)) > 0))
  }
  if (measure.flags & IS_CAPPED) {
    for (let i: u32 = 0; i < count; i++) {
      const value = load<f64>(values + (i << 3))
      if (abs(value) > NOTHING) store<f64>(values + (i << 3), max(measure.lower, min(measure.upper, value)))
    }
  }
}

/** Brings the units that have some value to the front. Returns how many they are. */
function moveActive(block: UnitBlock, compared: u32): u32 {
  const width = block.width
  const rows = block.rows
  const variants = block.variants
  memory.fill(block.zeros, 0, block.variantCount << 3)
  let active: u32 = 0
  let idle: u32 = 0
  for (let i: u32 = 0; i < compared; i++) {
    const row = load<u32>(rows + (i << 2))
    const variant = load<u32>(variants + (i << 2))
    if (!hasValue(block.columns, width, i)) {
      store<u32>(block.idleRows + (idle << 2), row)
      store<u32>(block.idleVariants + (idle << 2), variant)
      idle++
      const zeros = block.zeros + (variant << 3)
      store<f64>(zeros, load<f64>(zeros) + 1)
      continue
    }
    if (active < i) {
      store<u32>(rows + (active << 2), row)
      store<u32>(variants + (active << 2), variant)
      for (let m: u32 = 0; m < width; m++) {
        const column = load<usize>(block.columns + (m << 2))
        store<f64>(column + (active << 3), load<f64>(column + (i << 3)))
      }
    }
    active++
  }
  memory.copy(rows + (active << 2), block.idleRows, idle << 2)
  memory.copy(variants + (active << 2), block.idleVariants, idle << 2)
  for (let m: u32 = 0; m < width; m++) memory.fill(load<usize>(block.columns + (m << 2)) + (active << 3), 0, idle << 3)
  return active
}

function hasValue(columns: usize, width: u32, i: u32): bool {
  for (let m: u32 = 0; m < width; m++) if (load<f64>(load<usize>(columns + (m << 2)) + (i << 3)) !== 0) return true
  return false
}

/**
 * Adds to the cell of each unit the place of its code, `none` being that of units without one.
 *
 * @param codes from the block's first unit on; 0 where no unit has one
 * @param from number of the block's first unit
 */
export function addPlaces(cells: usize, codes: usize, rows: usize, from: u32, count: u32, none: u32, step: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    let place = none
    if (codes !== 0) {
      const code = load<i32>(codes + ((load<u32>(rows + (i << 2)) - from) << 2))
      if (code >= 0) place = code
    }
    const cell = cells + (i << 2)
    store<u32>(cell, load<u32>(cell) + place * step)
  }
}

/** Units by what they did, exposed or not (src/engine/unit-quality.ts, which writes and reads it in this order). */
@unmanaged
export class UnitQuality {
  /** More events than this make a unit busy. */
  busyEvents: f64
  /** Events of units that were never exposed, and events before the exposure. */
  withoutExposure: f64
  beforeExposure: f64
  /** Units with events before the exposure, and busy ones. */
  earlyUnits: f64
  busyUnits: f64
  /** Most events of a unit. */
  mostEvents: f64
  states: usize
  /** Addresses of the columns of early events and of the others. */
  early: usize
  earlyCount: u32
  later: usize
  laterCount: u32
}

export function lookAtUnits(quality: UnitQuality, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const events = sumAt(quality.later, quality.laterCount, i)
    if (events > quality.mostEvents) quality.mostEvents = events
    if (events > quality.busyEvents) quality.busyUnits += 1
    const early = sumAt(quality.early, quality.earlyCount, i)
    if (early === 0) continue
    if (load<u8>(quality.states + i) === 0) quality.withoutExposure += early
    else {
      quality.beforeExposure += early
      quality.earlyUnits += 1
    }
  }
}

function sumAt(columns: usize, count: u32, i: u32): f64 {
  let sum: f64 = 0
  for (let k: u32 = 0; k < count; k++) sum += load<f64>(load<usize>(columns + (k << 2)) + (i << 3))
  return sum
}
