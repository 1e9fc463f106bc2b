import type { Column, Content, TableCell } from 'pdfmake/interfaces.js'
import type { Decision } from '../../analysis/decide.ts'
import type { ResultRow } from '../../analysis/result-row.ts'
import { foundByChecks, healthHeadline } from '../narrative/health-sentences.ts'
import { leadRows } from '../narrative/lead-rows.ts'
import type { Narrative } from '../narrative/narrate.ts'
import { leadRevenueChange, revenueBasis, revenueInterval } from '../narrative/revenue-sentence.ts'
import { verdictNames } from '../narrative/verdict-words.ts'
import { differenceText, intervalText, levelText, liftText, signedAmountText, valueText } from '../number-text.ts'
import { metricOf, type ReportSubject, variantNameOf } from '../report-subject.ts'
import { judge, type Judgement, standingOf } from '../standing.ts'
import { box, breakable, clipped, colours, tones } from './look.ts'

const verdictTones: Record<Decision['verdict'], Judgement['tone']> = {
  SHIP: 'good',
  DO_NOT_SHIP: 'bad',
  KEEP_RUNNING: 'care',
  INCONCLUSIVE: 'unclear',
  WITHHELD: 'care',
}

/** Id of what stands last on the page: whoever lays it out sees by it whether one page was enough. */
export const END_OF_FIRST_PAGE = 'end-of-first-page'

/** How much the page tells: where much was found or names are long, less of it, so that it stays one page. */
export interface Density {
  /** Characters of a sentence at most. */
  sentence: number
  /** Findings about the data, beside the headline. */
  findings: number
  hypothesis: number
  /** Lines of the forest plot. */
  lines: number
}

/** The page for who has one minute: what was tested, the verdict, the numbers, the data, the money, and what to do. */
export function firstPage(
  subject: ReportSubject,
  narrative: Narrative,
  chart: Content | null,
  hasMissingGlyphs: boolean,
  { sentence, findings, hypothesis }: Density,
): Content[] {
  const { experiment, decision } = subject
  const found = foundByChecks(subject.health)
  const tone = tones[verdictTones[decision.verdict]]
  const cut = (text: string): string => breakable(clipped(text, sentence), 40)
  const verdict = box(
    [
      {
        text: verdictNames[decision.verdict].toUpperCase(),
        color: tone.ink,
        fontSize: 8.5,
        bold: true,
        characterSpacing: 0.6,
      },
      { text: cut(narrative.verdict), fontSize: 13.5, bold: true, margin: [0, 2, 0, 0], lineHeight: 1.15 },
      ...narrative.meaning.map((text): Content => ({ text: cut(text), fontSize: 9, margin: [0, 3, 0, 0] })),
    ],
    tone,
  )
  return [
    { text: breakable(clipped(experiment.name, 120), 40), style: 'title' },
    { text: cut(narrative.tested), color: colours.soft, margin: [0, 4, 0, 0], fontSize: 9.5 },
    ...(experiment.hypothesis === null
      ? []
      : [
          {
            text: `Hypothesis: ${breakable(clipped(experiment.hypothesis, hypothesis), 40)}`,
            margin: [0, 3, 0, 0],
            fontSize: 9,
            color: colours.soft,
          } satisfies Content,
        ]),
    { stack: [verdict], margin: [0, 10, 0, 10] },
    numberTiles(subject),
    ...(chart === null ? [] : [{ stack: [chart], margin: [0, 8, 0, 0] } satisfies Content]),
    {
      columns: [
        part('Health of the data', [
          { text: healthHeadline(subject.health), bold: found.length > 0 },
          ...found.slice(0, findings).map(({ message }): Content => ({ text: cut(message), margin: [0, 3, 0, 0] })),
          ...(found.length > findings
            ? [
                {
                  text: `${found.length - findings} more in the appendix.`,
                  margin: [0, 3, 0, 0],
                } satisfies Content,
              ]
            : []),
        ]),
        part('Revenue', revenueLines(subject, cut(narrative.revenue), cut(revenueBasis(subject)))),
        part('What to do next', [
          { ol: narrative.nextSteps.slice(0, 4).map((text) => ({ text: cut(text), margin: [0, 0, 0, 2] })) },
        ]),
      ],
      columnGap: 18,
      margin: [0, 10, 0, 0],
    },
    ...(hasMissingGlyphs
      ? [
          {
            text: 'Numbers in square brackets, such as [U+65B0], stand for characters that the typeface of this report does not have. The CSV file has all names as they were given.',
            fontSize: 7,
            color: colours.faint,
            margin: [0, 6, 0, 0],
          } satisfies Content,
        ]
      : []),
    { text: ' ', fontSize: 1, id: END_OF_FIRST_PAGE },
  ]
}

function part(title: string, content: Content[]): Column {
  return {
    width: '*',
    stack: [{ text: title, fontSize: 10, bold: true, margin: [0, 0, 0, 3] }, ...content],
    fontSize: 8.5,
  }
}

function revenueLines(subject: ReportSubject, sentence: string, basis: string): Content[] {
  const change = leadRevenueChange(subject)
  if (change?.estimate == null || standingOf(subject) === 'untrusted') return [{ text: sentence }]
  const { currency } = subject.experiment
  const period = change.horizonDays === 365 ? 'a year' : `in ${change.horizonDays} days`
  return [
    {
      text: `${signedAmountText(change.estimate, currency)} ${period}${standingOf(subject) === 'interim' ? ', so far' : ''}`,
      fontSize: 12.5,
      bold: true,
    },
    { text: `${levelText(change.level)} interval: ${revenueInterval(change, currency)}`, color: colours.soft },
    { text: basis, margin: [0, 3, 0, 0] },
  ]
}

/** The three numbers that matter, side by side. */
function numberTiles(subject: ReportSubject): Content {
  const rows = leadRows(subject)
  if (rows.length === 0) return { text: '' }
  return {
    table: { widths: rows.map(() => '*'), body: [rows.map((row) => tile(row, subject))] },
    layout: {
      hLineWidth: (line) => (line === 0 ? 1 : 0),
      vLineWidth: () => 0,
      hLineColor: () => colours.line,
      paddingLeft: () => 0,
      paddingRight: () => 12,
      paddingTop: () => 6,
      paddingBottom: () => 2,
    },
  }
}

function tile(row: ResultRow, subject: ReportSubject): TableCell {
  const metric = metricOf(subject, row.metricId)
  const { word, tone } = judge(row, subject)
  const { currency } = subject.experiment
  const isMany = subject.variants.length > 2
  const name = isMany ? `${metric.name}, ${variantNameOf(subject, row.treatmentId)}` : metric.name
  const [change, text] =
    row.relativeEffect === null
      ? ([row.effect, differenceText(metric.format, currency)] as const)
      : ([row.relativeEffect, liftText] as const)
  const value = valueText(metric.format, currency)
  const { control, treatment } = row
  const size = change?.estimate == null ? '–' : text(change.estimate)
  return {
    stack: [
      { text: breakable(clipped(name, 80)), fontSize: 9, bold: true },
      {
        text: breakable(size, 12),
        fontSize: size.length > 12 ? 12 : 20,
        bold: true,
        color: tones[tone].ink,
        lineHeight: 1.05,
      },
      change === null
        ? { text: clipped(row.notComputable?.message ?? '', 140), fontSize: 8, color: colours.soft }
        : {
            text: `${levelText(change.confidenceInterval.level)} interval: ${breakable(intervalText(change.confidenceInterval, text), 22)}`,
            fontSize: 8,
            color: colours.soft,
          },
      control.mean === null || treatment.mean === null
        ? { text: '' }
        : {
            text: breakable(`${value(control.mean)} to ${value(treatment.mean)}`, 22),
            fontSize: 8,
            color: colours.soft,
          },
      { text: word, fontSize: 8.5, bold: true, color: tones[tone].ink, margin: [0, 1, 0, 0] },
    ],
  }
}
