import { Resvg } from '@resvg/resvg-js'
import { CHART_FONT } from '../reports/charts/theme.ts'
import { fontFiles } from './chart-fonts.ts'

/** Pixels of the image for each one of the drawing: sharp on dense screens and in slides. */
const SCALE = 2

/** An SVG as PNG, with the bundled fonts and no others: the same bytes on every machine. */
export function renderPng(svg: string): Uint8Array {
  const image = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: SCALE },
    font: { fontFiles: Object.values(fontFiles), loadSystemFonts: false, defaultFontFamily: CHART_FONT },
  })
  return image.render().asPng()
}
