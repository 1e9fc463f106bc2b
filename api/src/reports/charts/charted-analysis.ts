import type { MetricDistribution } from '../../analysis/distributions.ts'
import type { MetricDefinition } from '../../analysis/metric-definition.ts'
import type { ResultRow } from '../../analysis/result-row.ts'
import type { AnalysisSettings } from '../../analysis/settings.ts'
import type { MetricTimeSeries } from '../../analysis/time-series.ts'
import type { ValueFormat } from '../number-text.ts'

export interface ChartedMetric extends MetricDefinition {
  /** As people read it. */
  name: string
  format: ValueFormat
}

export interface ChartedVariant {
  id: string
  name: string
}

/** All of an analysis that charts are drawn from. */
export interface ChartedAnalysis {
  /** In the order of the question. */
  metrics: ChartedMetric[]
  /** The control first. */
  variants: ChartedVariant[]
  rows: ResultRow[]
  settings: AnalysisSettings
  /** ISO 4217 code of money; null: not said. */
  currency: string | null
  /**
   * `interim` at a look before the planned end, `untrusted` where a health check failed: then no change is painted as a
   * win or a loss.
   */
  standing: 'final' | 'interim' | 'untrusted'
  /** Null unless the analysis was asked for it. */
  timeseries: MetricTimeSeries[] | null
  /** Empty for analyses of before they were kept. */
  distributions: MetricDistribution[]
}

const ROLES = ['PRIMARY', 'SECONDARY', 'GUARDRAIL'] as const

/** The metrics in the order in which they are read: the primary one first, guardrails last. */
export function metricsByRole({ metrics }: Pick<ChartedAnalysis, 'metrics'>): ChartedMetric[] {
  return ROLES.flatMap((role) => metrics.filter((metric) => metric.role === role))
}

export function variantName({ variants }: Pick<ChartedAnalysis, 'variants'>, id: string): string {
  return variants.find((variant) => variant.id === id)?.name ?? id
}
