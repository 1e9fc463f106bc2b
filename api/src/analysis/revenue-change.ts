import type { DataQuality } from '../engine/plan.ts'
import { revenueMetricOf } from './decomposition.ts'
import { DEFAULT_HORIZON_DAYS, type DecisionSettings } from './decision-rules.ts'
import type { MetricDefinition } from './metric-definition.ts'
import type { ResultRow } from './result-row.ts'

const DAY_MS = 86_400_000

/** Users first exposed, and the days over which they came. */
export interface Traffic {
  users: number
  days: number
}

/** The traffic of the days from the first to the last one with exposures. */
export function trafficOf({ exposedUnits, exposuresByDay }: DataQuality): Traffic {
  const [first, last] = [exposuresByDay[0], exposuresByDay.at(-1)]
  if (first === undefined || last === undefined) return { users: 0, days: 0 }
  const days = Math.round((Date.parse(last.day) - Date.parse(first.day)) / DAY_MS) + 1
  return { users: exposedUnits, days }
}

/** What a treatment would change if all users saw it. */
export interface RevenueChange {
  metricId: string
  treatmentId: string
  /** Over the horizon, in the currency of the values. Ends are null where the interval has none. */
  estimate: number | null
  lower: number | null
  upper: number | null
  level: number
  horizonDays: number
  /** Measured: users first exposed a day. */
  usersPerDay: number
}

/**
 * The change of revenue over a horizon: the effect on revenue per visitor, with its interval, times as many users as came
 * in the experiment's days. It takes for granted that traffic and effect stay as they were.
 */
export function revenueChanges(
  rows: ResultRow[],
  metrics: MetricDefinition[],
  { users, days }: Traffic,
  { horizonDays = DEFAULT_HORIZON_DAYS }: DecisionSettings,
): RevenueChange[] {
  const metric = revenueMetricOf(metrics)
  if (metric === null || days === 0) return []
  const usersPerDay = users / days
  const times = (value: number | null) => (value === null ? null : value * usersPerDay * horizonDays)
  return rows.flatMap(({ segment, metricId, treatmentId, effect }) => {
    if (segment !== null || metricId !== metric.id || effect === null) return []
    const { lower, upper, level } = effect.confidenceInterval
    const [least, most] = [times(lower), times(upper)]
    return {
      metricId,
      treatmentId,
      estimate: times(effect.estimate),
      lower: least,
      upper: most,
      level,
      horizonDays,
      usersPerDay,
    }
  })
}

/** What is to be expected of a treatment, in a sentence; the currency is the caller's to know. */
export function revenueSentence({ estimate, lower, upper, level, horizonDays, usersPerDay }: RevenueChange): string {
  const amount = (value: number | null, none: string) =>
    value === null ? none : `${value > 0 ? '+' : ''}${Math.round(value).toLocaleString('en-US')}`
  const period = horizonDays === DEFAULT_HORIZON_DAYS ? 'a year' : `in ${horizonDays} days`
  const interval = `${Number((level * 100).toFixed(2))}% interval: ${amount(lower, 'no lower end')} to ${amount(upper, 'no upper end')}`
  return `Revenue: ${amount(estimate, 'no estimate')} ${period} (${interval}), as long as ${Math.round(usersPerDay).toLocaleString('en-US')} users a day come and the effect stays.`
}
