import type { ResultRow } from '../../analysis/result-row.ts'
import { intervalText, levelText, liftText } from '../number-text.ts'
import type { Chart } from './chart.ts'
import { type ChartedAnalysis, type ChartedMetric, metricsByRole, variantName } from './charted-analysis.ts'
import { domainOf, type IntervalRow, intervalRows } from './interval-rows.ts'
import { LIFT_LABEL } from './number-format.ts'
import { caveat, readingOf } from './reading.ts'

/** The lift of each metric and treatment with its interval: the primary metric first, guardrails with their margins last. */
export function liftIntervals(analysis: ChartedAnalysis): Chart | null {
  const treatments = analysis.variants.length - 1
  const rows = metricsByRole(analysis).flatMap((metric) =>
    analysis.rows
      .filter(({ metricId, segment }) => metricId === metric.id && segment === null)
      .map((row) => {
        const margin = marginOf(metric, analysis)
        const treatment = treatments === 1 ? [] : [variantName(analysis, row.treatmentId)]
        return { ...liftRow([metric.name, ...treatment, ...roleWords(metric, margin)], row, metric, analysis), margin }
      }),
  )
  if (rows.length === 0) return null
  const control = variantName(analysis, analysis.variants[0]!.id)
  const isAdjusted = rows.some(({ thin }) => thin != null)
  const thin = isAdjusted ? ' The thin line allows for the number of tests.' : ''
  const bar = rows.some(({ margin }) => margin !== null) ? ' The amber bar is a guardrail’s margin.' : ''
  return {
    name: 'lift-intervals',
    title:
      treatments === 1
        ? `Lift by metric: ${analysis.variants[1]!.name} against ${control}`
        : `Lift by metric, against ${control}`,
    description: `Dots are estimates, lines their ${levelText(analysis.settings.level)} intervals: the lifts that the data do not contradict.${thin}${bar}${caveat(analysis)}`,
    specification: liftRows(rows),
  }
}

/** A row of a forest plot from a row of results. */
export function liftRow(
  labels: string[],
  row: ResultRow,
  metric: ChartedMetric,
  analysis: ChartedAnalysis,
): IntervalRow {
  return {
    label: labels.join(' · '),
    text: liftWords(row),
    ...readingOf(row, metric, analysis.standing),
    drawn: row.relativeEffect,
    ...(row.adjustedRelativeEffect === null ? {} : { thin: row.adjustedRelativeEffect }),
    fields: { metric: metric.key, treatment: variantName(analysis, row.treatmentId) },
  }
}

/** A forest plot of lifts. */
export function liftRows(rows: IntervalRow[]) {
  const title = 'Lift: change as a share of the control'
  return intervalRows(rows, { title, labelExpr: LIFT_LABEL, domain: domainOf(rows), hasZero: true })
}

function roleWords({ role }: ChartedMetric, margin: number | null): string[] {
  if (role === 'PRIMARY') return ['primary']
  if (role !== 'GUARDRAIL') return []
  return [margin === null ? 'guardrail' : `guardrail, margin ${liftText(margin)}`]
}

/** The margin of a guardrail as a lift: below zero where less is worse. */
function marginOf({ key, role, goal }: ChartedMetric, { settings }: ChartedAnalysis): number | null {
  if (role !== 'GUARDRAIL') return null
  const margin = settings.decision?.guardrailMargins?.find(({ metric }) => metric === key)?.margin
  if (margin === undefined) return null
  return goal === 'INCREASE' ? -margin : margin
}

/** The lift of a row in words: "+8.3% (+1.2% to +15.4%)". */
function liftWords({ relativeEffect, effect }: ResultRow): string {
  if (relativeEffect === null) return effect === null ? 'cannot be computed' : 'has no lift'
  const { estimate, confidenceInterval } = relativeEffect
  const interval = intervalText(confidenceInterval, liftText)
  return estimate === null ? interval : `${liftText(estimate)} (${interval})`
}
