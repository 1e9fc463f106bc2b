import { extent, ticks } from 'd3-array'

const TICKS = 5

/** Where values lie along a side of a plot, and which of them are written there. */
export interface PlotScale {
  ticks: number[]
  at(value: number): number
}

/** A scale from a range of values to a range of pixels. */
export function scaleOf([low, high]: [number, number], [from, to]: [number, number]): PlotScale {
  const range = high - low || 1
  return { ticks: ticks(low, high, TICKS), at: (value) => from + ((value - low) / range) * (to - from) }
}

/** From the least to the greatest of some values, with a little room beside them. */
export function rangeOf(values: readonly (number | null)[]): [number, number] {
  const [low = 0, high = 1] = extent(values.filter((value) => value !== null))
  const room = (high - low || Math.abs(high) || 1) * 0.05
  return [low - room, high + room]
}

/** An SVG path through points. */
export function pathOf(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], place) => `${place === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('')
}
