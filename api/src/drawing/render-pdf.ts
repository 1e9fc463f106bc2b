import pdfmake from 'pdfmake'
import type { Content } from 'pdfmake/interfaces.js'
import type { ChartedAnalysis } from '../reports/charts/charted-analysis.ts'
import { liftIntervals } from '../reports/charts/lift-intervals.ts'
import { leadTreatmentId } from '../reports/narrative/lead-rows.ts'
import { coverTexts } from '../reports/pdf/cover-text.ts'
import { END_OF_FIRST_PAGE } from '../reports/pdf/first-page.ts'
import { TEXT_WIDTH } from '../reports/pdf/look.ts'
import { densities, pdfDefinition } from '../reports/pdf/pdf-definition.ts'
import type { ReportDocument } from '../reports/pdf/report-document.ts'
import { overallRows, type ReportSubject } from '../reports/report-subject.ts'
import { standingOf } from '../reports/standing.ts'
import { fontFiles, hasGlyph } from './chart-fonts.ts'
import { renderSvg } from './render-svg.ts'

/** The plot is drawn for the screen and set smaller than that. */
const PLOT_SCALE = 0.72

const fonts = {
  Inter: { normal: fontFiles[400], bold: fontFiles[600], italics: fontFiles[400], bolditalics: fontFiles[600] },
}

/** The report of an analysis as the bytes of a PDF file. The same document gives the same bytes. */
export async function renderPdf(given: ReportDocument): Promise<Uint8Array> {
  const { data: document, changed } = coverTexts(given, hasGlyph)
  for (const density of densities) {
    const chart = await forestPlot(document.subject, density.lines)
    let firstPages = 1
    const definition = pdfDefinition(document, chart, changed > 0, density)
    const bytes = await pdfBytes({
      ...definition,
      pageBreakBefore: (node) => {
        if (node.id === END_OF_FIRST_PAGE) firstPages = Math.max(...node.pageNumbers)
        return false
      },
    })
    if (firstPages === 1 || density === densities.at(-1)) return bytes
  }
  throw new RangeError('a report has a density')
}

async function pdfBytes(definition: Parameters<typeof pdfmake.createPdf>[0]): Promise<Uint8Array> {
  pdfmake.setFonts(structuredClone(fonts))
  // Reports load nothing but their typeface.
  pdfmake.setUrlAccessPolicy(() => false)
  pdfmake.setLocalAccessPolicy((path) => Object.values(fontFiles).includes(path))
  return pdfmake.createPdf(definition).getBuffer()
}

/** The lifts with their intervals; where there are more than lines, the first ones of the primary metric. */
async function forestPlot(subject: ReportSubject, lines: number): Promise<Content | null> {
  const all = overallRows(subject)
  const roles = new Map(subject.metrics.map(({ id, role }) => [id, role]))
  const primary = all.filter(({ metricId }) => roles.get(metricId) === 'PRIMARY')
  const leadId = leadTreatmentId(subject)
  const isOther = ({ treatmentId }: (typeof all)[number]): number => Number(treatmentId !== leadId)
  // The treatment that the page is about must not be among those that are left out.
  primary.sort((a, b) => isOther(a) - isOther(b))
  const rows = (all.length <= lines || primary.length === 0 ? all : primary).slice(0, lines)
  const { metrics, variants, settings, experiment } = subject
  const analysis: ChartedAnalysis = {
    ...{ metrics, variants, settings, rows, currency: experiment.currency, timeseries: null, distributions: [] },
    standing: standingOf(subject),
  }
  const chart = liftIntervals(analysis)
  if (chart === null) return null
  const svg = await renderSvg(chart.specification, 'LIGHT', { width: Math.round(TEXT_WIDTH / PLOT_SCALE) })
  const rest = rows.length < all.length ? ` ${all.length - rows.length} more rows are in the appendix.` : ''
  return {
    stack: [
      { text: chart.title, fontSize: 10, bold: true },
      { text: `${chart.description}${rest}`, fontSize: 7.5, color: '#4c5b66' },
      { svg, width: TEXT_WIDTH },
    ],
  }
}
