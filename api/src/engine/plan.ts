/** What is added up per unit (user): which events, and how. */
export interface Measure {
  /** Events of any of these types count. Sorted. */
  eventTypes: string[]
  /** `count` of events, `sum` of their values, or `any`: 1 when there is at least one event, else 0. */
  aggregation: 'count' | 'sum' | 'any'
  /** The unit's events before its first exposure count instead of those from it on: a covariate (CUPED). */
  before?: true
  /** Values other than 0 are brought into this range, ends included. The measure stays the same one by name. */
  cap?: Cap
}

/** The least and the greatest value that a unit may have; null where there is no bound. */
export interface Cap {
  lower: number | null
  upper: number | null
}

/** Which units and events an analysis looks at. Times are ISO 8601; `from` is included, `to` is not. */
export interface Window {
  from: string | null
  to: string | null
  /** Events later than this after the unit's first exposure are left out. */
  daysSinceExposure: number | null
}

/**
 * All that an analysis needs from the data, merged from what its metrics declare: executed in one pass by an engine.
 * Frozen; equal questions give equal plans and equal hashes.
 */
export interface AggregationPlan {
  /** Ids of the variants whose units are compared, the control first. */
  variants: string[]
  /** Distinct, in the order of their canonical text. Results refer to them by position. */
  measures: Measure[]
  /** Pairs of measures (by position, first < second) whose co-moment is needed. */
  pairs: [number, number][]
  /** Measures whose distribution is needed: how many units have each value. */
  cells: number[]
  /** Attributes (at first exposure) by whose values everything is broken down. */
  segments: string[]
  window: Window
}

/** The types of the events that some measures are about, each once. */
export function measuredTypes(measures: readonly Pick<Measure, 'eventTypes'>[]): string[] {
  return [...new Set(measures.flatMap(({ eventTypes }) => eventTypes))]
}

/** Sums of one group of units: the units of a variant, or of those the ones with one value of an attribute. */
export interface Group {
  /** Position of the variant in the plan. */
  variant: number
  segment: Segment | null
  n: number
  /** Mean per unit of each measure. */
  means: number[]
  /** Sum of squared deviations from the mean of each measure. */
  m2: number[]
  /** Sum of products of deviations, for each of the plan's pairs. */
  products: number[]
}

export interface Segment {
  attribute: string
  /** Null: units without a value. */
  value: string | null
}

/** How many units of a variant have each value of a measure. */
export interface Cells {
  measure: number
  variant: number
  /** Distinct values, ascending; as an engine gives them, typed, or as they were stored. */
  values: number[] | Float64Array
  counts: number[] | Float64Array
}

/** A unit with more measured events after its exposure than this is hardly a person. */
export const BUSY_UNIT_EVENTS = 500

/** What the pass saw apart from the measures; the health checks read it. */
export interface DataQuality {
  /** Units with an exposure in the window. */
  exposedUnits: number
  /** Units exposed to more than one variant: left out of the groups. */
  contaminatedUnits: number
  /** Units with more than one exposure, in one variant or several. */
  repeatedlyExposedUnits: number
  /** Units whose only exposures are to variants that are not compared. */
  otherVariantUnits: number
  /** Measured events of units without an exposure in the window. */
  eventsWithoutExposure: number
  /** Measured events before their unit's first exposure. */
  eventsBeforeExposure: number
  /** Units that have such events. */
  unitsWithEventsBeforeExposure: number
  /** Exposed units with more than BUSY_UNIT_EVENTS measured events that count. */
  busyUnits: number
  /** The most measured events that count of one exposed unit. */
  mostEventsOfAUnit: number
  /** First exposures per day (UTC, ISO date) and variant of the plan. */
  exposuresByDay: { day: string; counts: number[] }[]
  /** Time of the first and the last event of the dataset, ISO 8601. */
  firstEventAt: string | null
  lastEventAt: string | null
}

/** What an engine returns: everything that statistics and models see of the data. */
export interface Aggregates {
  /** Groups over all units, then those of the segments; variants in the plan's order. */
  groups: Group[]
  cells: Cells[]
  quality: DataQuality
}
