import type { ConfidenceInterval } from '../../stats/confidence-interval.ts'
import { frame, type Specification } from './chart.ts'
import { effectDomain, isDrawable, type Stretch, stretchesOf } from './interval-marks.ts'
import { type Tone, toneScale } from './reading.ts'

interface Drawn {
  estimate: number | null
  confidenceInterval: ConfidenceInterval
}

/** A row of words above an estimate with its interval. */
export interface IntervalRow {
  label: string
  /** The numbers in words, at the other end of the row. */
  text: string
  tone: Tone
  /** What the marks mean for the shop, shown where somebody points at them. */
  word?: string
  drawn: Drawn | null
  /** A second, thinner interval around the same estimate. */
  thin?: Drawn | null
  /** A bound that must not be passed. */
  margin?: number | null
  /** Further fields of the row's data. */
  fields?: Record<string, unknown>
}

/** The axis below all rows. */
export interface IntervalAxis {
  title: string
  labelExpr: string
  domain: [number, number]
  /** Whether zero is marked: it is where effects are none. */
  hasZero: boolean
}

const ROW_HEIGHT = 54
/** Where in its row the words stand, and the interval below them, as shares of the row's height. */
const WORDS_AT = 0.24
const MARKS_AT = 0.66

const place = { field: 'place', type: 'ordinal' }
const atMarks = { ...place, bandPosition: MARKS_AT }
const atWords = { ...place, bandPosition: WORDS_AT }
const toneColour = { field: 'tone', type: 'nominal', scale: toneScale, legend: null }
const tooltip = [
  { field: 'label', type: 'nominal', title: 'Of' },
  { field: 'text', type: 'nominal', title: 'Estimate' },
]

/** An axis that holds all estimates of some rows, zero, and the margins. */
export function domainOf(rows: Pick<IntervalRow, 'drawn' | 'thin' | 'margin'>[]): [number, number] {
  const margins = rows.flatMap(({ margin }) => (margin == null ? [] : [margin]))
  return effectDomain(
    rows.flatMap(({ drawn, thin = null }) => [drawn, thin]),
    margins,
  )
}

/** Rows of words above their intervals: names of any length have the whole width, however narrow that is. */
export function intervalRows(rows: IntervalRow[], axis: IntervalAxis): Specification {
  const values = rows.map(({ label, text, tone, word, drawn, thin, margin = null, fields }, at) => ({
    ...{ place: at, label, text, tone, word },
    ...fields,
    estimate: drawn?.estimate ?? null,
    ...ends('lower', 'upper', drawn),
    ...(thin === undefined ? {} : ends('adjustedLower', 'adjustedUpper', thin)),
    margin,
  }))
  const stretches = rows.flatMap(({ drawn, thin, tone }, at) => {
    const of = (one: Drawn | null | undefined, isThin: boolean) =>
      one == null
        ? []
        : stretchesOf(one.confidenceInterval, axis.domain).map((own) => ({ place: at, tone, isThin, ...own }))
    return [...of(thin, true), ...of(drawn, false)]
  })
  const x = xOf(axis)
  return {
    ...frame,
    height: rows.length * ROW_HEIGHT,
    encoding: { y: { ...place, axis: null, scale: { type: 'band', paddingInner: 0, paddingOuter: 0 } } },
    layer: [
      ...(axis.hasZero ? [zeroLine(rows.length)] : []),
      ...marginLayers(values),
      ...stretchLayers(stretches, x),
      {
        data: { values: values.filter(({ estimate }) => isDrawable(estimate)) },
        mark: { type: 'point', filled: true, size: 110, stroke: { expr: 'sheet' }, strokeWidth: 1.5, opacity: 1 },
        encoding: { y: atMarks, x: x('estimate'), color: toneColour, tooltip },
      },
      ...wordLayers(values),
    ],
  }
}

function ends(low: string, high: string, drawn: Drawn | null): Record<string, unknown> {
  const { lower = null, upper = null } = drawn?.confidenceInterval ?? {}
  return { [low]: lower, [high]: upper }
}

function xOf({ title, labelExpr, domain }: IntervalAxis): (field: string) => Specification {
  const axis = { title, labelExpr, tickCount: 6, grid: false }
  const scale = { domain, nice: false, zero: false }
  return (field) => ({ field, type: 'quantitative', scale, axis })
}

/** A vertical stroke: unlike ticks, points stand where in the row they are put. */
function stroke(length: number, strokeWidth: number, colour?: string): Specification {
  const mark = { type: 'point', shape: 'stroke', angle: 90, size: length ** 2, strokeWidth, opacity: 1 }
  return colour === undefined ? mark : { ...mark, color: { expr: colour } }
}

function zeroLine(rows: number): Specification {
  return {
    data: { values: Array.from({ length: rows }, (_, at) => ({ place: at })) },
    mark: stroke(ROW_HEIGHT * 0.52, 1.5, 'lineStrong'),
    encoding: { y: atMarks, x: { datum: 0 } },
  }
}

function marginLayers(values: { margin: number | null }[]): Specification[] {
  const own = values.filter(({ margin }) => margin !== null)
  if (own.length === 0) return []
  const mark = stroke(ROW_HEIGHT * 0.45, 3, 'care')
  return [{ data: { values: own }, mark, encoding: { y: atMarks, x: { field: 'margin', type: 'quantitative' } } }]
}

/** Lines with strokes at closed ends and arrows at open ones; the thin ones below. */
function stretchLayers(
  stretches: (Stretch & { place: number; tone: Tone; isThin: boolean })[],
  x: (field: string) => Specification,
): Specification[] {
  return [true, false].flatMap((isThin) => {
    const own = stretches.filter((stretch) => stretch.isThin === isThin)
    if (own.length === 0) return []
    const marks = own.flatMap(({ from, to, opensLow, opensHigh, ...rest }) => [
      { ...rest, at: from, end: opensLow ? 'low' : 'closed' },
      { ...rest, at: to, end: opensHigh ? 'high' : 'closed' },
    ])
    const arrows = { domain: ['low', 'high'], range: ['triangle-left', 'triangle-right'] }
    const shape = { field: 'end', type: 'nominal', scale: arrows, legend: null }
    return [
      {
        data: { values: own },
        mark: { type: 'rule', strokeWidth: isThin ? 1.25 : 3, strokeCap: 'butt' },
        encoding: { y: atMarks, x: x('from'), x2: { field: 'to' }, color: toneColour },
      },
      {
        data: { values: marks.filter(({ end }) => end === 'closed') },
        mark: stroke(isThin ? 9 : 12, isThin ? 1.25 : 2),
        encoding: { y: atMarks, x: x('at'), color: toneColour },
      },
      {
        data: { values: marks.filter(({ end }) => end !== 'closed') },
        mark: { type: 'point', filled: true, size: 70, opacity: 1 },
        encoding: { y: atMarks, x: x('at'), color: toneColour, shape },
      },
    ]
  })
}

/** What the numbers, of some 6.5 pixels a sign, leave of the width. */
const NAME_LIMIT = 'max(width - 6.5 * length(datum.text) - 12, width * 0.2)'

function wordLayers(values: unknown[]): Specification[] {
  const data = { values }
  const mark = { type: 'text', clip: true, baseline: 'middle' }
  return [
    {
      data,
      mark: { ...mark, align: 'left', fontWeight: 600, limit: { expr: NAME_LIMIT } },
      encoding: { y: atWords, x: { value: 0 }, text: { field: 'label' } },
    },
    {
      data,
      mark: { ...mark, align: 'right' },
      encoding: { y: atWords, x: { value: 'width' }, text: { field: 'text' } },
    },
  ]
}
