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
  let groups = Int32Array.from(variants, (variant, unit) => variant * (foldCount + 1) + folds[unit]! - HOLDOUT)
  let count = (variants.reduce((most, variant) => Math.max(most, variant), 0) + 1) * (foldCount + 1)
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
  const next = new Int32Array(groups.length)
  const places = new Places(count * width)
  for (let unit = 0; unit < groups.length; unit++)
    next[unit] = places.of(groups[unit]! * width + (levels === null ? 0 : levels[unit]!))
  return { groups: next, count: places.count }
}

/** Numbers keys in the order in which they come. */
class Places {
  count = 0
  readonly #table: Int32Array | null
  readonly #map = new Map<number, number>()

  constructor(keys: number) {
    this.#table = keys <= MAX_PLACES ? new Int32Array(keys) : null
  }

  of(key: number): number {
    const known = this.#table === null ? this.#map.get(key) : this.#table[key]
    if (known !== undefined && known !== 0) return known - 1
    this.count++
    if (this.#table === null) this.#map.set(key, this.count)
    else this.#table[key] = this.count
    return this.count - 1
  }
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
  const keys = [variants, ...features.map(({ levels }) => levels), folds]
  const order = Int32Array.from({ length: count }, (_, group) => group).sort((a, b) => {
    for (const key of keys) {
      const difference = key[examples[a]!]! - key[examples[b]!]!
      if (difference !== 0) return difference
    }
    return 0
  })
  const places = new Int32Array(count)
  order.forEach((group, place) => (places[group] = place))
  return {
    count,
    groups: groups.map((group) => places[group]!),
    examples: order.map((group) => examples[group]!),
  }
}
