export type ModelNotComputableReason =
  | 'noUsers'
  | 'tooFewRows'
  | 'singleVariant'
  | 'emptyVariant'
  | 'noSuccesses'
  | 'noFailures'
  | 'zeroVariance'
  /** the target's values are none that this kind of model is about */
  | 'kindDoesNotFit'
  | 'separated'
  | 'notConverged'
  | 'outOfRange'

/** A model, or a part of one, that does not exist, with what it is about: expected where data are few or all alike. */
export interface ModelNotComputable {
  kind: 'notComputable'
  reason: ModelNotComputableReason
  /** says what was found, and what to do */
  message: string
  /** names of variants, levels or columns */
  about: string[]
}

export function modelNotComputable(
  reason: ModelNotComputableReason,
  message: string,
  about: string[] = [],
): ModelNotComputable {
  return { kind: 'notComputable', reason, message, about }
}
