import { createHash } from 'node:crypto'
import stringify from 'safe-stable-stringify'
import type { Chart } from '../../reports/charts/chart.ts'
import { type ChartTheme, chartConfig } from '../../reports/charts/theme.ts'

export type ImageFormat = 'SVG' | 'PNG'

/** How a chart is drawn. */
export interface ImageOptions {
  format: ImageFormat
  theme: ChartTheme
  /** In pixels of the drawing; a PNG has twice as many. */
  width: number
}

/** Whose chart it is: an analysis or a model. */
export interface ChartOwner {
  experimentId: string
  id: string
}

/** Changes whenever the same chart would be drawn otherwise: images of before are then not shown any more. */
const DRAWING_VERSION = 1

/** Where the image of a chart is kept. What it shows is part of the name: a metric that is renamed gets a new image. */
export function imageKey(
  { experimentId, id }: ChartOwner,
  chart: Chart,
  { format, theme, width }: ImageOptions,
): string {
  const shown = stringify({ chart, config: chartConfig(theme), version: DRAWING_VERSION })!
  const hash = createHash('sha256').update(shown).digest('hex').slice(0, 16)
  const name = `${chart.name}-${hash}-${width}-${theme.toLowerCase()}.${format.toLowerCase()}`
  return `artifacts/${experimentId}/${id}/charts/${name}`
}

const KEY =
  /^artifacts\/(?<experimentId>[0-9a-f-]{36})\/(?<id>[0-9a-f-]{36})\/charts\/(?<name>[a-z0-9_-]+)-[0-9a-f]{16}-(?<width>\d+)-(?<theme>light|dark)\.(?<format>svg|png)$/

/** Which chart a key is of, and how it is drawn; null for a key of something else. */
export function parseImageKey(key: string): (ChartOwner & ImageOptions & { name: string }) | null {
  const { experimentId, id, name, width, theme, format } = KEY.exec(key)?.groups ?? {}
  if (experimentId === undefined) return null
  return {
    ...{ experimentId, id: id!, name: name!, width: Number(width) },
    theme: theme!.toUpperCase() as ChartTheme,
    format: format!.toUpperCase() as ImageFormat,
  }
}
