import { renderPng } from '../../drawing/render-png.ts'
import { renderSvg } from '../../drawing/render-svg.ts'
import type { Chart } from '../../reports/charts/chart.ts'
import type { ChartTheme } from '../../reports/charts/theme.ts'

export interface DrawRequest {
  chart: Chart
  theme: ChartTheme
  /** In pixels of the drawing. */
  width: number
  format: 'SVG' | 'PNG'
}

/** A chart as the bytes of an image. */
export async function drawChart({ chart, theme, width, format }: DrawRequest): Promise<Uint8Array> {
  const { specification, title, description } = chart
  const svg = await renderSvg(specification, theme, { width, title, subtitle: description })
  return format === 'SVG' ? Buffer.from(svg) : renderPng(svg)
}
