import { HOLDOUT } from '../../models/feature-cells.ts'
import type { LevelledUnits } from './feature-levels.ts'
import { MAX_CELLS, tooManyCells } from './feature-error.ts'

/** Units in groups of equal variant, fold and levels. */
export interface GroupedUnits {
  count: number
  /** Group of each unit. */
  groups: Int32Array
  /** Some unit of each group: all are alike. */
  examples: Int32Array
}

/** Up to so many possible groups have a place each; of more only those that occur have one. */
const MAX_PLACES = 2 ** 24

/**
 * Groups units by one key after another: what differs so far is split by the next one. So memory is bounded by the groups
 * that there are, however many combinations there could be.
 *
 * @throws FeatureError when there are more than MAX_CELLS
 */
export function groupUnits(
  variants: Uint8Array,
  folds: Int16Array,
  foldCount: number,
  features: LevelledUnits[],
): GroupedUnits {
  let groups = new Int32Array(variants.length)
  let most = 0
  for (let unit = 0; unit < groups.length; unit++) {
    most = Math.max(most, variants[unit]!)
    groups[unit] = variants[unit]! * (foldCount + 1) + folds[unit]! - HOLDOUT
  }
  let count = (most + 1) * (foldCount + 1)
  const used = features.map((own) => ({ ...own.feature, width: widthOf(own) }))
  for (const own of features) {
    ;({ groups, count } = split(groups, count, own.levels, widthOf(own)))
    if (count > MAX_CELLS) throw tooManyCells(used)
  }
  // Without features there are keys that no unit has.
  ;({ groups, count } = split(groups, count, null, 1))
  return ordered(groups, count, variants, folds, features)
}

const widthOf = ({ feature, numbers }: LevelledUnits): number => numbers?.length ?? feature.levels.length

function split(
  groups: Int32Array,
  count: number,
  levels: LevelledUnits['levels'] | null,
  width: number,
): { groups: Int32Array<ArrayBuffer>; count: number } {
  const keys = new Int32Array(groups.length)
  if (levels === null) keys.set(groups)
  else for (let unit = 0; unit < keys.length; unit++) keys[unit] = groups[unit]! * width + levels[unit]!
  return { groups: keys, count: count * width <= MAX_PLACES ? numberByPlace(keys, count * width) : numberByName(keys) }
}

/** Numbers keys, in their place, in the order in which they come. Returns how many there are. */
function numberByPlace(keys: Int32Array, places: number): number {
  const numbers = new Int32Array(places)
  let count = 0
  for (let i = 0; i < keys.length; i++) {
    let number = numbers[keys[i]!]!
    if (number === 0) numbers[keys[i]!] = number = ++count
    keys[i] = number - 1
  }
  return count
}

/** The same where there may be too many for a place each. */
function numberByName(keys: Int32Array): number {
  const numbers = new Map<number, number>()
  for (let i = 0; i < keys.length; i++) {
    let number = numbers.get(keys[i]!)
    if (number === undefined) numbers.set(keys[i]!, (number = numbers.size))
    keys[i] = number
  }
  return numbers.size
}

/** The groups in the order of their keys, whichever unit came first. */
function ordered(
  groups: Int32Array,
  count: number,
  variants: Uint8Array,
  folds: Int16Array,
  features: LevelledUnits[],
): GroupedUnits {
  const examples = new Int32Array(count)
  for (let unit = groups.length - 1; unit >= 0; unit--) examples[groups[unit]!] = unit
  let order: Int32Array<ArrayBufferLike> = Int32Array.from({ length: count }, (_, group) => group)
  // The last key first: what is equal in the earlier ones stays in its order.
  for (const key of [folds, ...features.map(({ levels }) => levels).reverse(), variants])
    order = sortedBy(
      order,
      examples.map((unit) => key[unit]! - HOLDOUT),
    )
  const places = new Int32Array(count)
  for (let place = 0; place < count; place++) places[order[place]!] = place
  for (let unit = 0; unit < groups.length; unit++) groups[unit] = places[groups[unit]!]!
  return { count, groups, examples: order.map((group) => examples[group]!) }
}

/** A list of groups in the order of a key of each, which is a small number from 0 on; equal ones stay in their order. */
function sortedBy(groups: Int32Array, keys: Int32Array): Int32Array {
  let most = 0
  for (const key of keys) most = Math.max(most, key)
  const starts = new Int32Array(most + 2)
  for (const key of keys) starts[key + 1]!++
  for (let key = 0; key <= most; key++) starts[key + 1]! += starts[key]!
  const sorted = new Int32Array(groups.length)
  for (const group of groups) sorted[starts[keys[group]!]!++] = group
  return sorted
}
