import { ticks } from 'd3-array'
import type { ConfidenceInterval, Effect } from '@fairlift/sdk'

/** Where a lift lies across a plot, in percent of its width. */
export interface LiftScale {
  lower: number
  upper: number
  ticks: number[]
  at(lift: number): number
}

/** Room beside the outermost end, as a share of the range. */
const MARGIN = 0.06
/** A range so many times as wide as the typical interval is cut, or one wide interval would flatten all others. */
const WIDEST = 4
/** But no estimate is cut: so much room there is around the largest. */
const AROUND_ESTIMATES = 1.2
const TICKS = 4
const EMPTY_RANGE = 0.1

/** A scale for all intervals of a plot; it always holds zero, since every question is whether zero is left out. */
export function liftScale(effects: (Pick<Effect, 'estimate' | 'confidenceInterval'> | null)[]): LiftScale {
  const present = effects.filter((effect) => effect !== null)
  const reaches = present.map((effect) => Math.max(...endsOf(effect).map(Math.abs), 0)).filter((reach) => reach > 0)
  const estimates = present.map(({ estimate }) => Math.abs(estimate ?? 0))
  const limit = Math.max(median(reaches) * WIDEST, ...estimates.map((estimate) => estimate * AROUND_ESTIMATES))
  const inside = [0, ...present.flatMap(endsOf)].map((end) => Math.max(-limit, Math.min(limit, end)))
  const range = [Math.min(...inside), Math.max(...inside)] as [number, number]
  if (range[0] === range[1]) return scaleOf(-EMPTY_RANGE, EMPTY_RANGE)
  const margin = (range[1] - range[0]) * MARGIN
  return scaleOf(range[0] - margin, range[1] + margin)
}

function scaleOf(lower: number, upper: number): LiftScale {
  return { lower, upper, ticks: ticks(lower, upper, TICKS), at: (lift) => ((lift - lower) / (upper - lower)) * 100 }
}

function endsOf({ estimate, confidenceInterval }: Pick<Effect, 'estimate' | 'confidenceInterval'>): number[] {
  const { lower, upper, gap } = confidenceInterval
  return [estimate, lower, upper, gap?.lower ?? null, gap?.upper ?? null].filter((end) => end !== null)
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}

/** A stretch of the plot that the data do not contradict; an open side goes on beyond the plot. */
export interface Stretch {
  from: number
  to: number
  opensLeft: boolean
  opensRight: boolean
}

/** What to draw of an interval: one stretch, or two around a gap; in percent of the width. */
export function stretchesOf({ kind, lower, upper, gap }: ConfidenceInterval, scale: LiftScale): Stretch[] {
  if (kind === 'COMPLEMENT' && gap !== null) {
    return [stretch(null, gap.lower, scale), stretch(gap.upper, null, scale)].filter(({ from, to }) => from < to)
  }
  if (kind === 'WHOLE_LINE') return [stretch(null, null, scale)]
  return [stretch(lower, upper, scale)]
}

function stretch(lower: number | null, upper: number | null, scale: LiftScale): Stretch {
  const opensLeft = lower === null || lower < scale.lower
  const opensRight = upper === null || upper > scale.upper
  const clamp = (place: number): number => Math.max(0, Math.min(100, place))
  return {
    from: lower === null ? 0 : clamp(scale.at(lower)),
    to: upper === null ? 100 : clamp(scale.at(upper)),
    opensLeft,
    opensRight,
  }
}
