import { DAY_MICROS } from './timed-events.ts'
import { exposureState, type SummedUnits } from './unit-rows.ts'

/**
 * How many units are of each kind: all that is asked of units that did nothing, which are most of them and need not be
 * read one by one.
 */
export interface UnitCounts {
  /** By exposure state. */
  states: number[]
  /** Of units that are compared, by day of the first exposure since 1970. */
  days: KindCounts[]
  /** Of units that are compared, by code of the attribute's value; -1 where there is none. */
  attributes: ReadonlyMap<string, KindCounts[]>
}

/**
 * Kind, code of the variant, and how many units, over and over. What is said twice adds up; numbers below zero take back
 * what was said before.
 */
export type KindCounts = Int32Array

/** 2106-02-07: events lie neither before 1990 nor in the future. */
export const LAST_DAY = 49_710

/** What counting reads of units. */
export type CountedColumns = Pick<SummedUnits, 'size' | 'firstExposure' | 'variant' | 'state'> & {
  attributes: ReadonlyMap<string, Int32Array>
}

/** Whether a unit in this state is compared: exposed to one variant only. */
export function isCompared(state: number | undefined): boolean {
  return state === exposureState.once || state === exposureState.repeatedly
}

export function dayOf(micros: number): number {
  return Math.floor(micros / DAY_MICROS)
}

/** What was counted before of some units. */
export interface CountedBefore extends CountedColumns {
  /** Below 0 where a unit is new. */
  places: Int32Array
}

/**
 * Counts units.
 *
 * @param before what was counted before, and is taken back
 * @param variants how many variants there are codes of
 */
export function countUnits(units: CountedColumns, before: CountedBefore | null, variants: number): UnitCounts {
  const states = [0, 0, 0, 0]
  for (let row = 0; row < units.size; row++) states[units.state[row]!]!++
  if (before !== null)
    for (let row = 0; row < before.size; row++) if (before.places[row]! >= 0) states[before.state[row]!]!--

  const days = new Float64Array(LAST_DAY * variants)
  const countDays = ({ size, state, variant, firstExposure }: CountedColumns, step: number): void => {
    for (let row = 0; row < size; row++)
      if (isCompared(state[row])) days[dayOf(firstExposure[row]!) * variants + variant[row]!]! += step
  }
  countDays(units, 1)
  if (before !== null) countDays(before, -1)

  const attributes = new Map<string, KindCounts[]>()
  for (const [name, codes] of units.attributes) {
    const codesBefore = before?.attributes.get(name)
    const counts = new Float64Array((greatest(codes, units.size, greatest(codesBefore, units.size, -1)) + 2) * variants)
    countCodes(counts, codes, units, variants, 1)
    if (before !== null && codesBefore !== undefined) countCodes(counts, codesBefore, before, variants, -1)
    attributes.set(name, [kindCounts(counts, variants, -1)])
  }
  return { states, days: [kindCounts(days, variants, 0)], attributes }
}

/** A place for each code from -1 on and variant. */
function countCodes(
  counts: Float64Array,
  codes: Int32Array,
  { size, state, variant }: CountedColumns,
  variants: number,
  step: number,
): void {
  for (let row = 0; row < size; row++)
    if (isCompared(state[row])) counts[(codes[row]! + 1) * variants + variant[row]!]! += step
}

function greatest(codes: Int32Array | undefined, size: number, least: number): number {
  let most = least
  if (codes !== undefined) for (let row = 0; row < size; row++) if (codes[row]! > most) most = codes[row]!
  return most
}

/** The counts that are not zero; `first` is the kind of the first ones. */
function kindCounts(counts: Float64Array, variants: number, first: number): KindCounts {
  const found: number[] = []
  for (let place = 0; place < counts.length; place++) {
    if (counts[place] !== 0) found.push(first + Math.floor(place / variants), place % variants, counts[place]!)
  }
  return Int32Array.from(found)
}
