/** Why a number cannot be computed, each with the sentence a merchandiser reads. */
const MESSAGES = {
  noUnits: 'One of the variants has no users yet.',
  tooFewUnits: 'Each variant needs at least two users before its natural variation can be measured.',
  zeroVariance: 'Every user has the same value, so chance variation cannot be measured and nothing can be tested.',
  noSuccesses: 'No user converted in either variant, so there is nothing to compare yet.',
  noFailures: 'Every user converted in both variants, so there is nothing to compare.',
  emptyCategory: 'One of the outcomes never happened, so there is nothing to compare.',
  controlIsZero: 'The control value is zero, so a change in percent does not exist.',
  notPositive: 'This method needs values above zero in both variants.',
  zeroCount: 'This method needs at least one user with and one without a conversion in each variant.',
  denominatorIsZero:
    'One of the variants has nothing to divide by (for example no orders), so its ratio does not exist.',
  tooFewDenominators:
    'In one of the variants nearly all that is divided by (for example the orders) comes from one user, so chance variation cannot be measured.',
  allTied: 'All users have the same value, so they cannot be ranked.',
  exactNeedsDistinctValues: 'The exact test needs values that are all different; use the normal approximation.',
  tooLargeForExact: 'There are too many users for the exact test; use the normal approximation.',
  tooFewForQuantile: 'There are too few users to tell how far off this quantile may be.',
  infiniteMean: 'The mean does not exist: values of any size are too likely.',
  dependentColumns: 'One of the predictors is made up of others, so their effects cannot be told apart.',
  tooFewRows: 'There are not more rows than numbers to estimate.',
  outOfRange: 'The values are too large or too small to compute with.',
  noEffect: 'There is no effect to look for: the two values are the same.',
  noDetectableEffect: 'With so few users no change that is possible would be found with this power.',
  tooManyUnits: 'The effect is so small that more users would be needed than there are people: look for a larger one.',
} as const

export type NotComputableReason = keyof typeof MESSAGES

/** A result that does not exist, as a value: expected where data are few or all alike, so never an exception. */
export interface NotComputable {
  kind: 'notComputable'
  reason: NotComputableReason
  message: string
}

export function notComputable(reason: NotComputableReason): NotComputable {
  return { kind: 'notComputable', reason, message: MESSAGES[reason] }
}

export function isNotComputable(result: { kind: string }): result is NotComputable {
  return result.kind === 'notComputable'
}
