import type { Decision } from '../analysis/decide.ts'
import type { HealthCheck } from '../analysis/health/health-check.ts'
import type { MetricDefinition } from '../analysis/metric-definition.ts'
import type { ResultRow } from '../analysis/result-row.ts'
import type { RevenueChange } from '../analysis/revenue-change.ts'
import type { AnalysisSettings } from '../analysis/settings.ts'
import type { ValueFormat } from './number-text.ts'

/** A metric as reports name it. */
export interface ReportMetric extends MetricDefinition {
  name: string
  format: ValueFormat
}

/** A variant as reports name it; the control comes first. */
export interface ReportVariant {
  id: string
  name: string
  /** Configured share of the traffic at the time. */
  trafficSplit: number
  /** Users exposed to it and to no other. */
  users: number
}

/** What reports tell of: an analysis with the names that stand behind its ids. */
export interface ReportSubject {
  experiment: {
    name: string
    key: string
    hypothesis: string | null
    /** ISO 4217 code; null: values have no unit. */
    currency: string | null
    plannedUnits: number | null
  }
  /** Whether it is a look before the planned end. */
  interim: boolean
  settings: AnalysisSettings
  /** The control first. */
  variants: ReportVariant[]
  /** In the order of the analysis. */
  metrics: ReportMetric[]
  rows: ResultRow[]
  health: HealthCheck[]
  decision: Decision
  revenueChanges: RevenueChange[]
}

/** Looks a metric up: rows only name it. */
export function metricOf({ metrics }: Pick<ReportSubject, 'metrics'>, id: string): ReportMetric {
  const metric = metrics.find((one) => one.id === id)
  if (metric === undefined) throw new RangeError(`the report has no metric ${id}`)
  return metric
}

export function variantNameOf({ variants }: Pick<ReportSubject, 'variants'>, id: string): string {
  return variants.find((one) => one.id === id)?.name ?? id
}

/** The rows over all users. */
export function overallRows({ rows }: Pick<ReportSubject, 'rows'>): ResultRow[] {
  return rows.filter(({ segment }) => segment === null)
}
