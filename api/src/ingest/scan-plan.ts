import type { ExperimentContext } from './contract.ts'
import { limits } from './contract.ts'
import type { ReadPlan } from './resolve-mapping.ts'

/** Where the fields of an event are in the records of a file: indexes of columns, null where there is none. */
export interface ScanPlan {
  userId: number
  eventType: number
  timestamp: number
  /** Whether times are written as microseconds since 1970, which no file does: a typed column may be written so. */
  timesAreMicros: boolean
  experimentId: number | null
  variant: number | null
  value: number | null
  eventId: number | null
  attributes: { name: string; column: number }[]
  /** What a file may call a variant, with the variant's id. */
  variantIds: Map<string, string>
  eventTypeNames: Map<string, string>
  valueRules: ReadPlan['valueRules']
  /** The names by which rows may call the experiment. */
  experimentNames: string[]
  /** Microseconds since 1970: times before and after are for the reader that can say what is wrong with them. */
  earliestMicros: number
  latestMicros: number
}

/**
 * How a file can be scanned, or null when its rows need more than a scan: rows that make several events or none, times
 * in a format of their own, attributes within a column.
 */
export function scanPlanOf(
  plan: ReadPlan,
  header: string[],
  experiment: ExperimentContext,
  now: Date,
): ScanPlan | null {
  const needsMore =
    plan.everyRowExposes ||
    plan.outcomes.length > 0 ||
    plan.variants.length > 1 ||
    plan.identity !== 'CONTENT' ||
    plan.attributesJson !== null ||
    plan.timestampFormat !== null ||
    plan.decimalComma ||
    plan.maxEmptyShares.length > 0
  const { userId, eventType, timestamp } = plan
  // With a single column blank lines look like records.
  if (needsMore || userId === null || eventType === null || timestamp === null || header.length === 1) return null
  const columnOf = (name: string | null): number | null => (name === null ? null : header.indexOf(name))
  return {
    userId: header.indexOf(userId),
    eventType: header.indexOf(eventType),
    timestamp: header.indexOf(timestamp),
    timesAreMicros: false,
    experimentId: columnOf(plan.experimentId),
    variant: columnOf(plan.variants[0]?.column ?? null),
    value: columnOf(plan.value),
    eventId: columnOf(plan.eventId),
    attributes: plan.attributes.map(({ name, column }) => ({ name, column: header.indexOf(column) })),
    variantIds: plan.variants[0]?.ids ?? new Map<string, string>(),
    eventTypeNames: plan.eventTypeNames,
    valueRules: plan.valueRules,
    experimentNames: [experiment.id, experiment.key],
    earliestMicros: Date.parse(limits.earliestTime) * 1000,
    latestMicros: (now.getTime() + limits.futureMinutes * 60_000) * 1000,
  }
}
