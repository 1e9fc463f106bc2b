import { HOLDOUT } from '../../models/feature-cells.ts'

const TWO_TO_32 = 2 ** 32

/**
 * A number from 0 to 2^32 - 1 that depends on the unit and the seed only: what deals units to holdout and folds.
 *
 * @param low low half of the unit
 * @param high high half of the unit
 */
export function hashOfUnit(low: number, high: number, seed: number): number {
  return mixed(mixed(mixed(seed | 0) ^ low) ^ high)
}

/** How units are dealt out. */
export interface Dealing {
  folds: number
  /** Share of the units that are kept out of all folds, in [0, 1). */
  holdout: number
}

/**
 * The fold of each unit: HOLDOUT for a share of them, else one of 0 to folds - 1, by their hash. A user stays in the fold
 * when data are added.
 */
export function dealtFolds(hashes: Uint32Array, { folds, holdout }: Dealing): Int16Array {
  const dealt = new Int16Array(hashes.length)
  for (let unit = 0; unit < hashes.length; unit++) {
    const hash = hashes[unit]!
    dealt[unit] = isKeptOut(hash, holdout) ? HOLDOUT : foldHash(hash) % folds
  }
  return dealt
}

/**
 * The same, so that each fold has its share of every stratum, to one unit: the units of a stratum, in the order of their
 * hashes, are cut into parts of equal size. When data are added, the cuts hardly move, and few users with them.
 *
 * See Kohavi (1995), "A study of cross-validation and bootstrap for accuracy estimation and model selection".
 *
 * @param strata of each unit, from 0 to count - 1
 */
export function stratifiedFolds(
  hashes: Uint32Array,
  strata: Int32Array,
  count: number,
  { folds, holdout }: Dealing,
): Int16Array {
  const sizes = new Uint32Array(count)
  for (let unit = 0; unit < hashes.length; unit++) if (!isKeptOut(hashes[unit]!, holdout)) sizes[strata[unit]!]!++
  const hashesOf = Array.from(sizes, (size) => new Uint32Array(size))
  sizes.fill(0)
  for (let unit = 0; unit < hashes.length; unit++) {
    if (isKeptOut(hashes[unit]!, holdout)) continue
    const stratum = strata[unit]!
    hashesOf[stratum]![sizes[stratum]!++] = foldHash(hashes[unit]!)
  }
  const cuts = hashesOf.map((own) =>
    ranked(
      own,
      Array.from({ length: folds - 1 }, (_, i) => Math.ceil(((i + 1) * own.length) / folds)),
    ),
  )
  const dealt = new Int16Array(hashes.length)
  for (let unit = 0; unit < hashes.length; unit++) {
    const hash = hashes[unit]!
    const stratum = strata[unit]!
    // Each stratum begins at another fold, or the first one would get the only units of all small ones.
    dealt[unit] = isKeptOut(hash, holdout) ? HOLDOUT : (partOf(foldHash(hash), cuts[stratum]!) + stratum) % folds
  }
  return dealt
}

/** Numbers are told apart by their upper bits first, in so many heaps. */
const HEAP_BITS = 16

/** What some places of a list would hold if it were sorted; above all numbers where there is no such place. */
function ranked(numbers: Uint32Array, ranks: readonly number[]): number[] {
  const ends = new Uint32Array(2 ** HEAP_BITS)
  for (let i = 0; i < numbers.length; i++) ends[numbers[i]! >>> (32 - HEAP_BITS)]!++
  for (let heap = 1; heap < ends.length; heap++) ends[heap]! += ends[heap - 1]!
  return ranks.map((rank) => {
    if (rank >= numbers.length) return TWO_TO_32
    const heap = ends.findIndex((end) => end > rank)
    const start = heap === 0 ? 0 : ends[heap - 1]!
    const own = new Uint32Array(ends[heap]! - start)
    let count = 0
    for (let i = 0; i < numbers.length; i++) if (numbers[i]! >>> (32 - HEAP_BITS) === heap) own[count++] = numbers[i]!
    return own.sort()[rank - start]!
  })
}

function partOf(hash: number, cuts: number[]): number {
  let part = 0
  while (part < cuts.length && cuts[part]! <= hash) part++
  return part
}

const isKeptOut = (hash: number, holdout: number): boolean => hash / TWO_TO_32 < holdout

/** Mixed once more: the units below the holdout's bound must not be missing from some folds. */
const foldHash = (hash: number): number => mixed(hash ^ FOLD_SALT)
const FOLD_SALT = 0x9e3779b9

/** The finaliser of MurmurHash3: each bit of the number changes about half of the bits of the result. */
function mixed(number: number): number {
  let hash = number
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
