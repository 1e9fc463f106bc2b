import type { Content, TableCell } from 'pdfmake/interfaces.js'
import type { ResultRow } from '../../analysis/result-row.ts'
import { decimalText, levelText, probabilityText, wholeText } from '../number-text.ts'
import { overallRows, type ReportSubject } from '../report-subject.ts'
import type { ReportDocument } from './report-document.ts'
import { breakable, clipped, colours, ruled, tones } from './look.ts'
import { methodsUsed } from './methods-used.ts'
import { resultTable, rowName } from './result-table.ts'
import { settingsLines, wordsOf } from './settings-lines.ts'

/** Files listed at most: the newest; the others are counted. */
const MOST_FILES = 60

/** For analysts: every number, and how it came about. */
export function appendix(document: ReportDocument): Content[] {
  const { subject } = document
  const segments = subject.rows.filter(({ segment }) => segment !== null)
  return [
    { text: 'Appendix for analysts', style: 'title', pageBreak: 'before', pageOrientation: 'landscape' },
    part('Results over all users'),
    resultTable(overallRows(subject), subject, (row) => rowName(row, subject)),
    note(
      `Intervals are at the level of the settings and not adjusted for the number of tests; of the two p-values the lower one is adjusted.`,
    ),
    ...(segments.length === 0
      ? []
      : [part('Segments'), resultTable(segments, subject, (row) => segmentName(row, subject))]),
    ...adjustmentParts(subject),
    part('What could have been found'),
    detectableTable(subject),
    part('Checks of the data'),
    healthTable(subject),
    part('Settings'),
    pairs(settingsLines(subject.settings)),
    part('Methods'),
    ...methodsUsed(subject).map(({ name, formula, source }): Content => ({
      stack: [{ text: name, bold: true }, formula, { text: source, color: colours.soft }],
      fontSize: 8,
      margin: [0, 0, 0, 5],
      unbreakable: true,
    })),
    part('Data'),
    ...dataParts(document),
    part('Certificate'),
    ...certificateParts(document),
  ]
}

function part(text: string): Content {
  return { text, style: 'part', headlineLevel: 1 }
}

function note(text: string): Content {
  return { text, style: 'small', margin: [0, 3, 0, 0] }
}

function segmentName({ segment, ...row }: ResultRow, subject: ReportSubject): string {
  const value = segment!.isOther ? 'all others' : (segment!.value ?? 'none')
  return `${segment!.attribute} ${value}: ${rowName({ ...row, segment }, subject)}`
}

/** What was done to the numbers, in order; rows of which the same is true stand together. */
function adjustmentParts(subject: ReportSubject): Content[] {
  const chains = new Map<string, { steps: string[]; names: Set<string> }>()
  for (const row of subject.rows) {
    const steps = [...(row.adjustments ?? []), ...row.notes.map((text) => `Note: ${text}`)]
    if (steps.length === 0) continue
    const key = steps.join('\n')
    const chain = chains.get(key) ?? { steps, names: new Set() }
    chain.names.add(row.segment === null ? rowName(row, subject) : segmentName(row, subject))
    chains.set(key, chain)
  }
  if (chains.size === 0) return []
  const told = [...chains.values()].map(({ steps, names }): Content => ({
    stack: [
      { text: breakable(clipped([...names].join('; '), 400)), color: colours.soft },
      { ol: steps.map((step) => breakable(step, 90)) },
    ],
    fontSize: 8,
    margin: [0, 0, 0, 5],
  }))
  return [part('What was done to the numbers, in order'), ...told]
}

function detectableTable(subject: ReportSubject): Content {
  const rows = overallRows(subject).map((row): TableCell[] => [
    breakable(clipped(rowName(row, subject), 160)),
    wordsOf(row.method),
    row.minimumDetectableEffect?.relative == null ? '–' : levelText(row.minimumDetectableEffect.relative),
    row.effectSizes.map(({ name, value }) => `${wordsOf(name)} ${decimalText(value, 3)}`).join(', ') || '–',
    row.methodReason,
  ])
  return table(
    ['Metric and treatment', 'Method', 'Lift found in 4 of 5 cases', 'Size', 'Why this method'],
    ['*', 90, 80, 150, 200],
    rows,
  )
}

function healthTable({ health }: ReportSubject): Content {
  const words = { PASS: 'Passed', WARN: 'Worth a look', FAIL: 'Failed' }
  const inks = { PASS: tones.good.ink, WARN: tones.care.ink, FAIL: tones.bad.ink }
  const rows = health.map(({ name, verdict, pValue, message, action }): TableCell[] => [
    wordsOf(name),
    { text: words[verdict], color: inks[verdict], bold: verdict !== 'PASS' },
    pValue === null ? '–' : probabilityText(pValue),
    { text: breakable([message, action].filter(Boolean).join(' '), 40) },
  ])
  return table(['Check', 'Outcome', 'p', 'Found'], [110, 60, 45, '*'], rows)
}

function dataParts({ dataset, analysis }: ReportDocument): Content[] {
  const { version, events, sizeBytes, createdAt, batches, parts } = dataset
  const count = (value: number | null): string => (value === null ? '–' : wholeText(value))
  const files = batches.slice(0, MOST_FILES).map((batch): TableCell[] => [
    {
      stack: [breakable(clipped(batch.fileName, 120)), { text: batch.sha256, color: colours.faint, fontSize: 6 }],
    },
    batch.format ?? '–',
    ...[batch.rows, batch.accepted, batch.rejected, batch.duplicates].map(count),
    batch.landedAt === null ? '–' : momentText(batch.landedAt),
  ])
  const read = parts.slice(0, MOST_FILES).map(({ rows, sha256 }): TableCell[] => [{ text: sha256 }, wholeText(rows)])
  const more = (all: unknown[]): Content[] =>
    all.length <= MOST_FILES ? [] : [note(`${wholeText(all.length - MOST_FILES)} more are not listed.`)]
  return [
    pairs([
      ['Version of the data', `${version}, of ${momentText(createdAt)}`],
      ['Events', `${wholeText(events)}, in ${wholeText(sizeBytes)} bytes of Parquet`],
      ['Read by', analysis.engine],
    ]),
    part('Uploaded files, newest first'),
    table(
      ['File and SHA-256', 'Format', 'Rows', 'Accepted', 'Rejected', 'Duplicates', 'Landed'],
      ['*', 40, 42, 42, 42, 46, 78],
      files,
    ),
    ...more(batches),
    part('Files of checked events that were read'),
    table(['SHA-256', 'Events'], ['*', 60], read),
    ...more(parts),
  ]
}

function certificateParts({ certificate, analysis }: ReportDocument): Content[] {
  const about: [string, string][] = [
    ['Analysis', analysis.id],
    ['Computed', momentText(analysis.computedAt)],
    ['Version of the statistics', String(analysis.statisticsVersion)],
    ['Key of the question', analysis.resultKey],
  ]
  if (certificate === null) return [pairs(about), note('This analysis is older than certificates: it has none.')]
  return [
    pairs([
      ...about,
      ['SHA-256 of the answer', certificate.sha256],
      ['SHA-256 of the rows', certificate.rowsHash],
      ['SHA-256 of the sums', certificate.aggregatesHash],
    ]),
    note('Whoever computes the rows again from the stored sums gets the same hash: verifyAnalysis does so.'),
  ]
}

function pairs(lines: [name: string, value: string][]): Content {
  const body = lines.map(([name, value]): TableCell[] => [
    { text: name, color: colours.soft },
    breakable(clipped(value, 400), 70),
  ])
  return { table: { widths: [130, '*'], body }, layout: ruled, fontSize: 8 }
}

function table(head: string[], widths: (string | number)[], rows: TableCell[][]): Content {
  const body = [head.map((text): TableCell => ({ text, style: 'head' })), ...rows]
  return { table: { headerRows: 1, dontBreakRows: true, widths, body }, layout: ruled, style: 'table' }
}

/** A moment to the minute, in UTC. */
export function momentText(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`
}
