import type { Content, TableCell } from 'pdfmake/interfaces.js'
import type { EffectEstimate, ResultRow } from '../../analysis/result-row.ts'
import { differenceText, intervalText, liftText, probabilityText, valueText, wholeText } from '../number-text.ts'
import { metricOf, type ReportSubject, variantNameOf } from '../report-subject.ts'
import { judge } from '../standing.ts'
import { breakable, clipped, ruled, styles, tones } from './look.ts'

const NONE = '–'
const WIDTHS = ['*', 76, 76, 120, 130, 54, 70]
const HEAD = [
  'Metric and treatment',
  'Control',
  'Treatment',
  'Lift and interval',
  'Difference and interval',
  'p, adjusted p',
  'Reading',
]

/** Result rows as a table; `nameOf` gives what stands in the first column. */
export function resultTable(rows: ResultRow[], subject: ReportSubject, nameOf: (row: ResultRow) => string): Content {
  return {
    table: {
      headerRows: 1,
      dontBreakRows: true,
      widths: WIDTHS,
      body: [
        HEAD.map((text): TableCell => ({ text, style: 'head' })),
        ...rows.map((row) => cells(row, subject, nameOf)),
      ],
    },
    layout: ruled,
    style: 'table',
  }
}

/** The metric and the treatment of a row. */
export function rowName(row: ResultRow, subject: ReportSubject): string {
  return `${metricOf(subject, row.metricId).name}, ${variantNameOf(subject, row.treatmentId)}`
}

function cells(row: ResultRow, subject: ReportSubject, nameOf: (row: ResultRow) => string): TableCell[] {
  const { format } = metricOf(subject, row.metricId)
  const { currency } = subject.experiment
  const value = valueText(format, currency)
  const { word, tone } = judge(row, subject)
  const level = ({ mean, n }: ResultRow['control']): TableCell => ({
    stack: [
      mean === null ? NONE : breakable(value(mean), 14),
      { text: `${wholeText(n)} users`, color: styles.small.color },
    ],
  })
  const first: TableCell = { text: breakable(clipped(nameOf(row), 160)) }
  if (row.notComputable !== null) {
    const message: TableCell = { text: row.notComputable.message, colSpan: 3, color: tones.care.ink }
    return [first, level(row.control), level(row.treatment), message, '', '', { text: word, color: tones[tone].ink }]
  }
  return [
    first,
    level(row.control),
    level(row.treatment),
    row.relativeEffect === null
      ? { text: row.relativeNotComputable?.message ?? NONE, color: styles.small.color }
      : estimate(row.relativeEffect, liftText),
    row.effect === null ? NONE : estimate(row.effect, differenceText(format, currency)),
    { stack: [row.pValue, row.adjustedPValue].map((p) => (p === null ? NONE : probabilityText(p))) },
    { text: word, color: tones[tone].ink },
  ]
}

function estimate({ estimate: size, confidenceInterval }: EffectEstimate, text: (value: number) => string): TableCell {
  const interval = intervalText(confidenceInterval, text)
  return { stack: [{ text: size === null ? NONE : text(size), bold: true }, { text: breakable(interval, 22) }] }
}
