/** Where the values of a feature come from. */
export interface FeatureSource {
  /** an attribute of the exposure, what users did before it, or anything else the caller knows of them */
  kind: 'EXPOSURE_ATTRIBUTE' | 'HISTORY' | 'OTHER'
  /** the attribute's name, or what was counted */
  name: string
  /** whether any of its values was recorded after the exposure: the treatment may then have made them */
  isRecordedAfterExposure: boolean
}

/**
 * Something known of each user, as one of few levels. `CATEGORICAL`: the levels are values. `BINNED`: they are ranges of
 * a number, between edges. `NUMERIC`: the number itself is in the model, as a straight line; its levels are ranges that
 * users are told apart by where effects are shown for some of them.
 */
export interface Feature {
  name: string
  kind: 'CATEGORICAL' | 'BINNED' | 'NUMERIC'
  /** what the levels are called; cells hold an index into them, but of a number into its values */
  levels: string[]
  /** the level that the others are compared with; null lets the most frequent one be it */
  reference: number | null
  /** the level of users of whom the value is not known; null where it is known of all */
  missing: number | null
  /** the level that gathers rare values; null where each value is a level of its own */
  other: number | null
  /** of ranges, ascending: its first level is below the first edge, the next one from there to below the second */
  edges: number[]
  source: FeatureSource
  /** of numbers: what is taken off each before it counts. 0, but for values far from 0 with little spread */
  centre?: number
  /** how many different values it had, before rare ones were gathered and numbers were binned */
  distinctValues: number
  /** of numbers: whether all values were whole numbers. An identifier's are */
  isWhole?: boolean
}
