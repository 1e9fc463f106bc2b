import type { ResultRow } from '../../analysis/result-row.ts'
import { excludesZero } from '../../stats/confidence-interval.ts'
import { intervalText, differenceText, levelText, probabilityText, liftText, valueText } from '../number-text.ts'
import { metricOf, type ReportSubject, variantNameOf } from '../report-subject.ts'
import { judge, standingOf } from '../standing.ts'

/** A row as a sentence: the change with its interval, the levels it comes from, and how it is judged. */
export function findingSentence(row: ResultRow, subject: ReportSubject): string {
  const metric = metricOf(subject, row.metricId)
  const treatment = variantNameOf(subject, row.treatmentId)
  const about = `${metric.name}, ${treatment}`
  if (row.notComputable !== null) return `${about}: cannot be tested. ${row.notComputable.message}`
  const { word } = judge(row, subject)
  const levels = levelsText(row, subject)
  return `${about}: ${changeText(row, subject)}${levels === null ? '' : `; ${levels}`}. ${word}${evidenceText(row, subject)}.`
}

/** The change with its interval: the lift where there is one, else the difference. */
export function changeText(row: ResultRow, subject: ReportSubject): string {
  const { format } = metricOf(subject, row.metricId)
  const [change, text] =
    row.relativeEffect === null
      ? ([row.effect, differenceText(format, subject.experiment.currency)] as const)
      : ([row.relativeEffect, liftText] as const)
  if (change === null) return 'no estimate'
  const { estimate, confidenceInterval } = change
  const size = estimate === null ? 'no estimate' : text(estimate)
  return `${size} (${levelText(confidenceInterval.level)} interval: ${intervalText(confidenceInterval, text)})`
}

/** From which level to which. */
function levelsText({ metricId, control, treatment }: ResultRow, subject: ReportSubject): string | null {
  if (control.mean === null || treatment.mean === null) return null
  const text = valueText(metricOf(subject, metricId).format, subject.experiment.currency)
  return `from ${text(control.mean)} to ${text(treatment.mean)}`
}

/** The p-value where the moment and the data allow to read one, and whether the number of tests makes the difference. */
function evidenceText(row: ResultRow, subject: ReportSubject): string {
  const p = row.adjustedPValue ?? row.pValue
  if (p === null || standingOf(subject) !== 'final') return ''
  const text = probabilityText(p)
  const statement = /^[<>]/.test(text) ? `p ${text}` : `p = ${text}`
  if (row.correction === 'NONE' || row.familySize < 2) return ` (${statement})`
  const interval = (row.relativeEffect ?? row.effect)?.confidenceInterval
  const isClearAlone = interval !== undefined && excludesZero(interval) && row.isSignificant !== true
  const remark = isClearAlone
    ? `: alone its interval leaves out no change, among ${row.familySize} tests it does not`
    : ''
  return ` (${statement}, adjusted for ${row.familySize} tests${remark})`
}
