import { createHash } from 'node:crypto'
import * as vega from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import type { Specification } from '../reports/charts/chart.ts'
import { type ChartTheme, withTheme } from '../reports/charts/theme.ts'
import { textWidth } from './chart-fonts.ts'
import { withHeading } from './svg-heading.ts'

/** How wide a drawing is, in pixels, and what stands above it. */
export interface DrawingOptions {
  width?: number
  title?: string
  subtitle?: string
}

const USUAL_WIDTH = 720
const PADDING = 16

// Without a browser Vega guesses how wide texts are.
const { textMetrics: measured } = vega as unknown as {
  textMetrics: { width: (item: TextItem, text: unknown) => number }
}
interface TextItem {
  fontSize?: number
  fontWeight?: string | number
  limit?: number
}
measured.width = (item, text) => textWidth(String(text ?? ''), item.fontSize ?? 11, item.fontWeight)

/**
 * A specification as SVG. The same specification gives the same bytes. Nothing is loaded: data from elsewhere are
 * refused.
 */
export async function renderSvg(
  specification: Specification,
  theme: ChartTheme,
  { width = USUAL_WIDTH, title, subtitle }: DrawingOptions = {},
): Promise<string> {
  const sized = { ...specification, width, padding: PADDING }
  const { spec } = compile(withTheme(sized, theme) as unknown as TopLevelSpec, { logger: vega.logger(vega.Warn) })
  vega.resetSVGDefIds()
  const view = new vega.View(vega.parse(spec), { renderer: 'none', loader: refusingLoader() })
  try {
    const svg = withOwnIds(await view.toSVG(), sized)
    return title === undefined ? svg : withHeading(svg, { title, subtitle, width, padding: PADDING, theme })
  } finally {
    view.finalize()
  }
}

/** Drawings that stand on one page must not share the names of their clips and gradients. */
function withOwnIds(svg: string, specification: Specification): string {
  const mark = createHash('sha256').update(JSON.stringify(specification)).digest('hex').slice(0, 8)
  return svg.replaceAll(/(id="|url\(#)((?:clip|gradient)[\w-]*)/g, `$1c${mark}-$2`)
}

function refusingLoader(): vega.Loader {
  const refuse = async (uri: string): Promise<never> => {
    throw new Error(`Charts load nothing, and were asked for "${uri}".`)
  }
  return { ...vega.loader(), load: refuse, sanitize: refuse, http: refuse, file: refuse }
}
