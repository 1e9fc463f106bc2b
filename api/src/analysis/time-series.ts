import type { AggregationPlan, Group } from '../engine/plan.ts'
import { DAY_MS } from '../engine/timed-events.ts'
import type { TimeSeries, TimeSpan } from '../engine/time-series.ts'
import { analyseEffects } from './analyse-experiment.ts'
import type { MetricDefinition } from './metric-definition.ts'
import type { ArmStatistics, EffectEstimate, UnadjustedRow } from './result-row.ts'
import type { AnalysisSettings } from './settings.ts'

/** The file that keeps the time series of an analysis, as packed JSON. */
export const TIME_SERIES_FILE = 'timeseries.json.gz'

/** What the two variants show at one time, and the effect. */
export interface TimePoint {
  /** Calendar day (UTC, ISO date), or null. */
  date: string | null
  /** Whole days since the exposure, or null. */
  daysSinceExposure: number | null
  control: ArmStatistics
  treatment: ArmStatistics
  effect: EffectEstimate | null
  relativeEffect: EffectEstimate | null
}

/** A metric and a treatment over time. */
export interface MetricTimeSeries {
  metricId: string
  controlId: string
  treatmentId: string
  /** All that happened until each day's end. */
  cumulative: TimePoint[]
  /** What happened on each day, among the users who were exposed by its end. */
  daily: TimePoint[]
  /** What users did in each 24 hours since their exposure, among those for whom they are over. */
  sinceExposure: TimePoint[]
}

/**
 * Effects over time with intervals, by the methods and settings of the analysis. They describe: each interval holds for
 * its own point, and who looks at many of them sees some that leave "no effect" out.
 *
 * @param plan the plan that the series was summed up by
 */
export function analyseTimeSeries(
  metrics: MetricDefinition[],
  plan: AggregationPlan,
  { span, series }: { span: TimeSpan; series: TimeSeries },
  settings: AnalysisSettings,
): MetricTimeSeries[] {
  const rows = (groups: Group[]) => analyseEffects(metrics, plan, { groups, cells: [] }, settings)
  const dateOf = (day: number) => new Date((span.firstDay + day) * DAY_MS).toISOString().slice(0, 10)
  const byDay = (days: Group[][]) =>
    days.flatMap((groups, day) =>
      hasUnits(groups) ? [{ rows: rows(groups), at: { date: dateOf(day), daysSinceExposure: null } }] : [],
    )
  const [cumulative, daily] = [byDay(series.cumulative), byDay(series.daily)]
  const sinceExposure = series.sinceExposure.flatMap((groups, day) =>
    hasUnits(groups) ? [{ rows: rows(groups), at: { date: null, daysSinceExposure: day } }] : [],
  )
  const treatments = plan.variants.slice(1)
  return metrics.flatMap(({ id }, metric) =>
    treatments.map((treatmentId, index): MetricTimeSeries => {
      const place = metric * treatments.length + index
      const points = (times: { rows: UnadjustedRow[]; at: Pick<TimePoint, 'date' | 'daysSinceExposure'> }[]) =>
        times.map(({ rows: own, at }): TimePoint => {
          const { control, treatment, effect, relativeEffect } = own[place]!
          return { ...at, control, treatment, effect, relativeEffect }
        })
      return {
        ...{ metricId: id, controlId: plan.variants[0]!, treatmentId },
        ...{ cumulative: points(cumulative), daily: points(daily), sinceExposure: points(sinceExposure) },
      }
    }),
  )
}

function hasUnits(groups: Group[]): boolean {
  return groups.some(({ n }) => n > 0)
}
