import type { Aggregates, AggregationPlan } from '../../engine/plan.ts'
import type { MetricDefinition } from '../metric-definition.ts'
import type { ResultRow } from '../result-row.ts'
import type { AnalysisSettings } from '../settings.ts'

/** Something that is looked at before any effect is read. */
export interface HealthCheck {
  name:
    | 'SAMPLE_RATIO_MISMATCH'
    | 'USERS_IN_SEVERAL_VARIANTS'
    | 'VARIANT_COLUMNS_DISAGREE'
    | 'REPEATED_EXPOSURES'
    | 'TOO_FEW_USERS'
    | 'EVENTS_BEFORE_EXPOSURE'
    | 'EVENTS_WITHOUT_EXPOSURE'
    | 'MISSING_DAYS'
    | 'REJECTED_ROWS'
    | 'DUPLICATE_EVENTS'
    | 'SAMPLE_RATIO_MISMATCH_ANY_TIME'
    | 'BALANCE_BEFORE_EXPOSURE'
    | 'EVENTS_OUT_OF_TIME'
    | 'BOT_LIKE_USERS'
    | 'SUSPICIOUS_LIFT'
  /** `FAIL` keeps the verdict back. */
  verdict: 'PASS' | 'WARN' | 'FAIL'
  pValue: number | null
  /** Users, events, rows or days that the check is about. */
  count: number | null
  /** The count as a share of what it is taken from. */
  share: number | null
  /** What was found, in a sentence. */
  message: string
  /** What to do about it; null when there is nothing to do. */
  action: string | null
  /** Where a mismatch comes from, the largest share first; only of a split that is broken. */
  parts?: MismatchPart[]
}

/** The users of one day or of one value of an attribute, and their part in a broken split. */
export interface MismatchPart {
  /** Name of the attribute; null for a day of first exposure. */
  attribute: string | null
  /** The day (ISO date), or the attribute's value; null for users without one. */
  value: string | null
  /** Users of each variant, the control first. */
  users: number[]
  /** The same as configured. */
  expected: number[]
  /** Share of the surplus (or lack) of users in the variant that is off the most. Below 0: the other way. */
  share: number
  /** Of these users' split alone. */
  pValue: number
}

/** What is known of the data apart from the aggregates: sums over the batches of the dataset version. */
export interface DataLineage {
  rows: number
  rejectedRows: number
  events: number
  duplicateEvents: number
  /** Rows whose variant columns named different variants. */
  disagreeingRows: number
  /** Rows that were rejected because their time lay in the future. */
  futureRows: number
}

/** All that health is read from. */
export interface HealthSubject {
  plan: AggregationPlan
  aggregates: Aggregates
  metrics: MetricDefinition[]
  settings: AnalysisSettings
  /** Configured share of each of the plan's variants. */
  trafficSplits: number[]
  lineage: DataLineage
  rows: ResultRow[]
  /** Whether the planned end had come when the question was asked. */
  isOver: boolean
}

/** A check with nothing but what is said of it. */
export function check(
  name: HealthCheck['name'],
  rest: Partial<HealthCheck> & Pick<HealthCheck, 'verdict' | 'message'>,
): HealthCheck {
  return { name, pValue: null, count: null, share: null, action: null, ...rest }
}
