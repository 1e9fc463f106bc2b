import { HOLDOUT } from '../../models/feature-cells.ts'

const TWO_TO_32 = 2 ** 32

/**
 * The fold of a unit: HOLDOUT for a share of them, else one of 0 to folds - 1. It depends on the unit and the seed only,
 * so that a user stays in the fold when data are added.
 *
 * @param low low half of the unit
 * @param high high half of the unit
 */
export function foldOf(low: number, high: number, seed: number, folds: number, holdout: number): number {
  const hash = mixed(mixed(mixed(seed | 0) ^ low) ^ high)
  if (holdout > 0 && hash / TWO_TO_32 < holdout) return HOLDOUT
  // Mixed once more: the units below the holdout's bound must not be missing from some folds.
  return mixed(hash ^ FOLD_SALT) % folds
}

const FOLD_SALT = 0x9e3779b9

/** The finaliser of MurmurHash3: each bit of the number changes about half of the bits of the result. */
function mixed(number: number): number {
  let hash = number
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
