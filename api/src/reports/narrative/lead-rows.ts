import type { ResultRow } from '../../analysis/result-row.ts'
import { judge } from '../standing.ts'
import { metricOf, overallRows, type ReportMetric, type ReportSubject } from '../report-subject.ts'

/** The numbers that matter fit on one page. */
const LEAD_ROWS = 3

/** The treatment that is told of first: the one to ship, else the first one of the primary metric. */
export function leadTreatmentId(subject: ReportSubject): string | null {
  const { decision, variants } = subject
  if (decision.treatmentId !== null) return decision.treatmentId
  const primary = overallRows(subject).find((row) => metricOf(subject, row.metricId).role === 'PRIMARY')
  return primary?.treatmentId ?? variants[1]?.id ?? null
}

/** The row of the primary metric for a treatment; null where the analysis leaves the primary metric out. */
export function primaryRow(subject: ReportSubject, treatmentId: string | null): ResultRow | null {
  const isPrimary = ({ metricId }: ResultRow) => metricOf(subject, metricId).role === 'PRIMARY'
  return overallRows(subject).find((row) => row.treatmentId === treatmentId && isPrimary(row)) ?? null
}

/**
 * The rows that matter most, at most three: of the treatment that is told of, the primary metric, what got worse, then
 * revenue, guardrails and the rest in the order of the analysis.
 */
export function leadRows(subject: ReportSubject): ResultRow[] {
  const treatmentId = leadTreatmentId(subject)
  const own = overallRows(subject).filter((row) => row.treatmentId === treatmentId)
  const rank = (row: ResultRow): number => {
    const metric = metricOf(subject, row.metricId)
    if (metric.role === 'PRIMARY') return 0
    if (metric.role === 'GUARDRAIL' && judge(row, subject).tone === 'bad') return 1
    if (isRevenue(metric)) return 2
    return metric.role === 'GUARDRAIL' ? 3 : 4
  }
  return own.toSorted((a, b) => rank(a) - rank(b)).slice(0, LEAD_ROWS)
}

function isRevenue({ kind, format }: ReportMetric): boolean {
  return kind === 'MEAN' && format === 'CURRENCY'
}
