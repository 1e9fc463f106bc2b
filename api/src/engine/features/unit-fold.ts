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
  return Int16Array.from(hashes, (hash) => (isKeptOut(hash, holdout) ? HOLDOUT : foldHash(hash) % folds))
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
  hashes.forEach((hash, unit) => isKeptOut(hash, holdout) || sizes[strata[unit]!]!++)
  const ordered = Array.from(sizes, (size) => new Uint32Array(size))
  sizes.fill(0)
  hashes.forEach((hash, unit) => {
    if (isKeptOut(hash, holdout)) return
    const stratum = strata[unit]!
    ordered[stratum]![sizes[stratum]!++] = foldHash(hash)
  })
  const cuts = ordered.map((own) => {
    own.sort()
    return Array.from({ length: folds - 1 }, (_, i) => own[Math.ceil(((i + 1) * own.length) / folds)] ?? TWO_TO_32)
  })
  return Int16Array.from(hashes, (hash, unit) => {
    if (isKeptOut(hash, holdout)) return HOLDOUT
    const stratum = strata[unit]!
    const part = partOf(foldHash(hash), cuts[stratum]!)
    // Each stratum begins at another fold, or the first one would get the only units of all small ones.
    return (part + stratum) % folds
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
