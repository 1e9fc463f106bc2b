import type { Specification } from './chart.ts'

export type ChartTheme = 'LIGHT' | 'DARK'

/** The colours that specifications name: `{ expr: 'good' }`. */
interface Palette {
  /** Behind everything. */
  sheet: string
  ink: string
  inkSoft: string
  line: string
  lineStrong: string
  good: string
  bad: string
  /** A bound that must not be crossed, and what calls for care. */
  care: string
  /** Neither good nor bad, or not known. */
  unclear: string
  accent: string
  /** Of variants, the control first. */
  variants: string[]
}

/**
 * Okabe and Ito's colours, which readers with any kind of colour blindness tell apart; those too pale for a white sheet
 * or too dark for a black one are moved in lightness only, so that marks have a contrast of 3 to the sheet at least.
 *
 * See Okabe and Ito (2008), "Color universal design".
 */
const palettes: Record<ChartTheme, Palette> = {
  LIGHT: {
    sheet: '#ffffff',
    ink: '#14212b',
    inkSoft: '#4c5b66',
    line: '#dbe1e0',
    lineStrong: '#87949b',
    good: '#007d5b',
    bad: '#c04f00',
    care: '#b07800',
    unclear: '#5b6974',
    accent: '#0072b2',
    variants: ['#6b7780', '#0072b2', '#c04f00', '#007d5b', '#a8568a', '#b07800', '#2f86b8', '#14212b'],
  },
  DARK: {
    sheet: '#162027',
    ink: '#e7edf0',
    inkSoft: '#b4c1c9',
    line: '#2f3d47',
    lineStrong: '#71828d',
    good: '#2fc495',
    bad: '#f08a3c',
    care: '#e6b422',
    unclear: '#a9bac6',
    accent: '#56b4e9',
    variants: ['#a9bac6', '#56b4e9', '#f08a3c', '#2fc495', '#dd92bd', '#f0e442', '#9fd4f3', '#e7edf0'],
  },
}

/** The typeface of charts: what is drawn on the server has it within reach, pages fall back on what they have. */
export const CHART_FONT = 'Inter'
export const CHART_FONTS = `${CHART_FONT}, 'Inter Variable', system-ui, sans-serif`

/** A colour of a theme, for what is drawn beside a specification. */
export function chartColour(theme: ChartTheme, name: Exclude<keyof Palette, 'variants'>): string {
  return palettes[theme][name]
}

/** The `config` that gives a specification the colours and the type of a theme. */
export function chartConfig(theme: ChartTheme): Specification {
  const { variants, ...colours } = palettes[theme]
  const { sheet, ink, inkSoft, line, lineStrong } = colours
  return {
    background: sheet,
    font: CHART_FONTS,
    // Named by specifications, so that one specification fits both themes.
    params: Object.entries(colours).map(([name, value]) => ({ name, value })),
    range: { category: variants },
    view: { stroke: null },
    axis: {
      labelColor: inkSoft,
      labelFontSize: 12,
      titleColor: inkSoft,
      titleFontSize: 12,
      titleFontWeight: 500,
      titlePadding: 10,
      gridColor: line,
      domainColor: lineStrong,
      tickColor: lineStrong,
      labelOverlap: 'greedy',
      labelSeparation: 8,
    },
    legend: {
      labelColor: ink,
      labelFontSize: 12,
      titleColor: inkSoft,
      titleFontSize: 12,
      titleFontWeight: 500,
      orient: 'top',
      offset: 8,
      labelLimit: 240,
      symbolStrokeWidth: 2,
    },
    header: { labelColor: ink, labelFontSize: 12 },
    text: { color: ink, fontSize: 12 },
  }
}

/** A specification with the colours of a theme: complete, as any program that draws Vega-Lite takes it. */
export function withTheme(specification: Specification, theme: ChartTheme): Specification {
  return { ...specification, config: chartConfig(theme) }
}
