import type { ResultRow } from '../../analysis/result-row.ts'
import { intervalText, levelText, liftText } from '../number-text.ts'
import { frame, type Chart, type Specification } from './chart.ts'
import { type ChartedAnalysis, type ChartedMetric, metricsByRole, variantName } from './charted-analysis.ts'
import { effectDomain, isDrawable, type Stretch, stretchesOf } from './interval-marks.ts'
import { caveat, readingOf, toneScale } from './reading.ts'

/** A row of a forest plot: its words, and what is drawn. */
export interface ForestRow {
  label: string
  row: ResultRow
  metric: ChartedMetric
  /** A lift that must not be passed; null for none. */
  margin: number | null
}

/** The lift of each metric and treatment with its interval: the primary metric first, guardrails with their margins last. */
export function liftIntervals(analysis: ChartedAnalysis): Chart | null {
  const treatments = analysis.variants.length - 1
  const rows = metricsByRole(analysis).flatMap((metric) =>
    analysis.rows
      .filter(({ metricId, segment }) => metricId === metric.id && segment === null)
      .map((row): ForestRow => {
        const treatment = variantName(analysis, row.treatmentId)
        const margin = marginOf(metric, analysis)
        return {
          label: [metric.name, ...(treatments === 1 ? [] : [treatment]), ...roleWords(metric, margin)].join(' · '),
          ...{ row, metric, margin },
        }
      }),
  )
  if (rows.length === 0) return null
  const control = variantName(analysis, analysis.variants[0]!.id)
  const against = treatments === 1 ? `${variantName(analysis, analysis.variants[1]!.id)} against ${control}` : control
  const isAdjusted = rows.some(({ row }) => row.adjustedRelativeEffect !== null)
  const thin = isAdjusted ? ' The thin line allows for the number of tests.' : ''
  return {
    name: 'lift-intervals',
    title: treatments === 1 ? `Lift by metric: ${against}` : `Lift by metric, against ${against}`,
    description: `Dots are estimates, lines their ${levelText(analysis.settings.level)} intervals: the lifts that the data do not contradict.${thin}${caveat(analysis)}`,
    specification: forestPlot(rows, analysis),
  }
}

function roleWords({ role }: ChartedMetric, margin: number | null): string[] {
  if (role === 'PRIMARY') return ['primary']
  if (role !== 'GUARDRAIL') return []
  return [margin === null ? 'guardrail' : `guardrail, margin ${liftText(margin)}`]
}

/** The margin of a guardrail as a lift: below zero where less is worse. */
function marginOf({ key, role, goal }: ChartedMetric, { settings }: ChartedAnalysis): number | null {
  if (role !== 'GUARDRAIL') return null
  const margin = settings.decision?.guardrailMargins?.find(({ metric }) => metric === key)?.margin
  if (margin === undefined) return null
  return goal === 'INCREASE' ? -margin : margin
}

const ROW_HEIGHT = 54
/** Where in its row the words stand, and the interval below them, as shares of the row's height. */
const WORDS_AT = 0.24
const MARKS_AT = 0.66

/** Rows of words above their intervals: names of any length have the whole width, however narrow that is. */
export function forestPlot(rows: ForestRow[], analysis: ChartedAnalysis): Specification {
  const { standing } = analysis
  const margins = rows.flatMap(({ margin }) => (margin === null ? [] : [margin]))
  const domain = effectDomain(
    rows.flatMap(({ row }) => [row.relativeEffect, row.adjustedRelativeEffect]),
    margins,
  )
  const values = rows.map(({ label, row, metric, margin }, place) => {
    const { relativeEffect: lift, adjustedRelativeEffect: adjusted } = row
    return {
      place,
      label,
      metric: metric.key,
      treatment: variantName(analysis, row.treatmentId),
      estimate: lift?.estimate ?? null,
      lower: lift?.confidenceInterval.lower ?? null,
      upper: lift?.confidenceInterval.upper ?? null,
      adjustedLower: adjusted?.confidenceInterval.lower ?? null,
      adjustedUpper: adjusted?.confidenceInterval.upper ?? null,
      margin,
      ...readingOf(row, metric, standing),
      text: liftWords(row),
    }
  })
  const stretches = rows.flatMap(({ row, metric }, place) => {
    const { tone } = readingOf(row, metric, standing)
    const of = (effect: ResultRow['relativeEffect'], isAdjusted: boolean) =>
      effect === null
        ? []
        : stretchesOf(effect.confidenceInterval, domain).map((stretch): Stretch & Record<string, unknown> => ({
            ...{ place, tone, isAdjusted },
            ...stretch,
          }))
    return [...of(row.adjustedRelativeEffect, true), ...of(row.relativeEffect, false)]
  })
  return {
    ...frame,
    height: rows.length * ROW_HEIGHT,
    encoding: {
      y: { field: 'place', type: 'ordinal', axis: null, scale: { paddingInner: 0, paddingOuter: 0 } },
    },
    layer: [
      zeroLine(values.length),
      ...marginLayers(values),
      ...stretchLayers(stretches, domain),
      {
        data: { values: values.filter(({ estimate }) => isDrawable(estimate)) },
        mark: { type: 'point', filled: true, size: 110, stroke: { expr: 'sheet' }, strokeWidth: 1.5, opacity: 1 },
        encoding: { y: atMarks, x: liftAxis('estimate', domain), color: toneColour, tooltip: forestTooltip },
      },
      ...wordLayers(values),
    ],
  }
}

/** The lift of a row in words: "+8.3% (+1.2% to +15.4%)". */
function liftWords({ relativeEffect, relativeNotComputable, notComputable }: ResultRow): string {
  if (relativeEffect === null) return relativeNotComputable || notComputable ? 'cannot be computed' : 'no lift'
  const { estimate, confidenceInterval } = relativeEffect
  const interval = intervalText(confidenceInterval, liftText)
  return estimate === null ? interval : `${liftText(estimate)} (${interval})`
}

const place = { field: 'place', type: 'ordinal' }
const atMarks = { ...place, bandPosition: MARKS_AT }
const atWords = { ...place, bandPosition: WORDS_AT }
const toneColour = { field: 'tone', type: 'nominal', scale: toneScale, legend: null }
const forestTooltip = [
  { field: 'label', type: 'nominal', title: 'Metric' },
  { field: 'text', type: 'nominal', title: 'Lift' },
  { field: 'word', type: 'nominal', title: 'Reading' },
]

function liftAxis(field: string, domain: [number, number]): Specification {
  const axis = { title: 'Lift: change as a share of the control', tickCount: 6, labelExpr: LIFT_LABEL, grid: false }
  return { field, type: 'quantitative', scale: { domain, nice: false, zero: false }, axis }
}
/** Whole percents have no digits after the point. */
export const LIFT_LABEL = "datum.value === 0 ? '0' : format(datum.value, '+,~%')"

/** A vertical stroke: unlike ticks, points stand where in the row they are put. */
function stroke(length: number, strokeWidth: number, colour?: string): Specification {
  const mark = { type: 'point', shape: 'stroke', angle: 90, size: length ** 2, strokeWidth, opacity: 1 }
  return colour === undefined ? mark : { ...mark, color: { expr: colour } }
}

function zeroLine(rows: number): Specification {
  const values = Array.from({ length: rows }, (_, row) => ({ place: row }))
  return {
    data: { values },
    mark: stroke(ROW_HEIGHT * 0.52, 1.5, 'lineStrong'),
    encoding: { y: atMarks, x: { datum: 0 } },
  }
}

function marginLayers(values: { margin: number | null }[]): Specification[] {
  const own = values.filter(({ margin }) => margin !== null)
  if (own.length === 0) return []
  return [
    {
      data: { values: own },
      mark: stroke(ROW_HEIGHT * 0.45, 3, 'care'),
      encoding: { y: atMarks, x: { field: 'margin', type: 'quantitative' } },
    },
  ]
}

/** Lines with strokes at closed ends and arrows at open ones; the thin ones below. */
function stretchLayers(stretches: (Stretch & Record<string, unknown>)[], domain: [number, number]): Specification[] {
  return [true, false].flatMap((isAdjusted) => {
    const own = stretches.filter((stretch) => stretch['isAdjusted'] === isAdjusted)
    if (own.length === 0) return []
    const width = isAdjusted ? 1.25 : 3
    const ends = own.flatMap(({ from, to, opensLow, opensHigh, ...rest }) => [
      { ...rest, at: from, end: opensLow ? 'low' : 'closed' },
      { ...rest, at: to, end: opensHigh ? 'high' : 'closed' },
    ])
    const arrows = { domain: ['low', 'high'], range: ['triangle-left', 'triangle-right'] }
    return [
      {
        data: { values: own },
        mark: { type: 'rule', strokeWidth: width, strokeCap: 'butt' },
        encoding: {
          y: atMarks,
          x: liftAxis('from', domain),
          x2: { field: 'to' },
          color: toneColour,
        },
      },
      {
        data: { values: ends.filter(({ end }) => end === 'closed') },
        mark: stroke(isAdjusted ? 9 : 12, isAdjusted ? 1.25 : 2),
        encoding: { y: atMarks, x: liftAxis('at', domain), color: toneColour },
      },
      {
        data: { values: ends.filter(({ end }) => end !== 'closed') },
        mark: { type: 'point', filled: true, size: 70, opacity: 1 },
        encoding: {
          y: atMarks,
          x: liftAxis('at', domain),
          color: toneColour,
          shape: { field: 'end', type: 'nominal', scale: arrows, legend: null },
        },
      },
    ]
  })
}

/** What the numbers, of some 6.5 pixels a sign, leave of the width. */
const NAME_LIMIT = 'max(width - 6.5 * length(datum.text) - 12, width * 0.2)'

function wordLayers(values: unknown[]): Specification[] {
  const data = { values }
  return [
    {
      data,
      mark: {
        type: 'text',
        clip: true,
        align: 'left',
        baseline: 'middle',
        fontWeight: 600,
        limit: { expr: NAME_LIMIT },
      },
      encoding: { y: atWords, x: { value: 0 }, text: { field: 'label' } },
    },
    {
      data,
      mark: { type: 'text', clip: true, align: 'right', baseline: 'middle' },
      encoding: { y: atWords, x: { value: 'width' }, text: { field: 'text' } },
    },
  ]
}
