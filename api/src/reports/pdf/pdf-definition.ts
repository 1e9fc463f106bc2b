import type { Content, TDocumentDefinitions } from 'pdfmake/interfaces.js'
import { narrate } from '../narrative/narrate.ts'
import { appendix, momentText } from './appendix.ts'
import { type Density, firstPage } from './first-page.ts'
import { colours, MARGIN, runningHead, styles } from './look.ts'
import type { ReportDocument } from './report-document.ts'

/** From the usual page to the barest one: the first that keeps the page for everybody to one page is taken. */
export const densities: Density[] = [
  { sentence: 420, findings: 4, hypothesis: 400, lines: 9 },
  { sentence: 320, findings: 4, hypothesis: 200, lines: 6 },
  { sentence: 260, findings: 3, hypothesis: 120, lines: 4 },
  { sentence: 180, findings: 2, hypothesis: 80, lines: 3 },
]

/** The report as pdfmake lays it out. The same document gives the same definition: nothing is of today. */
export function pdfDefinition(
  document: ReportDocument,
  chart: Content | null,
  hasMissingGlyphs: boolean,
  density: Density,
): TDocumentDefinitions {
  const { subject, analysis } = document
  const { name } = subject.experiment
  return {
    version: '1.7',
    language: 'en',
    displayTitle: true,
    info: {
      title: `${name}: report of an experiment`,
      author: 'Fairlift',
      subject: subject.decision.summary,
      creator: 'Fairlift',
      producer: 'Fairlift',
      creationDate: new Date(analysis.computedAt),
      modDate: new Date(analysis.computedAt),
    },
    pageSize: 'A4',
    pageMargins: [MARGIN, 42, MARGIN, 40],
    defaultStyle: { font: 'Inter', fontSize: 9, color: colours.ink, lineHeight: 1.18 },
    styles,
    header: runningHead(name, `Analysis ${analysis.id.slice(0, 8)}, ${momentText(analysis.computedAt)}`),
    footer: (page, pages) => ({
      columns: [
        { text: 'Fairlift', width: '*' },
        { text: `Page ${page} of ${pages}`, width: 'auto' },
      ],
      fontSize: 7.5,
      color: colours.faint,
      margin: [MARGIN, 12, MARGIN, 0],
    }),
    content: [...firstPage(subject, narrate(subject), chart, hasMissingGlyphs, density), ...appendix(document)],
  }
}
