import type { ConfidenceInterval } from '../../stats/confidence-interval.ts'

type Drawn = { estimate: number | null; confidenceInterval: ConfidenceInterval }

/** A stretch of an axis that the data do not contradict; an open side goes on beyond the axis. */
export interface Stretch {
  from: number
  to: number
  opensLow: boolean
  opensHigh: boolean
}

/** Room beside the outermost end, as a share of the range. */
const ROOM = 0.06
/** A range so many times as wide as the typical interval is cut, or one wide interval would flatten all others. */
const WIDEST = 4
/** But no estimate is cut: so much room there is around the largest. */
const AROUND_ESTIMATES = 1.2
const EMPTY_RANGE = 0.1

/** The range of an axis for estimates and intervals, finite whatever they are; zero, and all of `also`, are inside. */
export function effectDomain(effects: (Drawn | null)[], also: number[] = []): [number, number] {
  const present = effects.filter((effect) => effect !== null)
  const reaches = present.map((effect) => Math.max(0, ...finiteEnds(effect).map(Math.abs))).filter((reach) => reach > 0)
  const estimates = present.flatMap(({ estimate }) => (isDrawable(estimate) ? [Math.abs(estimate)] : []))
  const limit = Math.max(median(reaches) * WIDEST, ...estimates.map((size) => size * AROUND_ESTIMATES))
  const inside = present.flatMap(finiteEnds).map((end) => Math.max(-limit, Math.min(limit, end)))
  const all = [0, ...also, ...inside]
  const [low, high] = [Math.min(...all), Math.max(...all)]
  if (low === high) return [-EMPTY_RANGE, EMPTY_RANGE]
  const room = (high - low) * ROOM
  return [low - room, high + room]
}

/** What to draw of an interval on an axis: one stretch, or two around a gap. */
export function stretchesOf(interval: ConfidenceInterval, [low, high]: [number, number]): Stretch[] {
  const stretch = (lower: number | null, upper: number | null): Stretch => ({
    from: Math.max(low, Math.min(high, lower ?? low)),
    to: Math.max(low, Math.min(high, upper ?? high)),
    opensLow: lower === null || lower < low,
    opensHigh: upper === null || upper > high,
  })
  const { kind, lower, upper, gap } = interval
  if (kind === 'complement' && gap !== undefined)
    return [stretch(null, gap.lower), stretch(gap.upper, null)].filter(({ from, to }) => from < to)
  return [stretch(finiteOrNull(lower), finiteOrNull(upper))]
}

/** Whether a number has a place on an axis. */
export function isDrawable(value: number | null | undefined): value is number {
  return value != null && Number.isFinite(value)
}

function finiteOrNull(end: number | null): number | null {
  return isDrawable(end) ? end : null
}

function finiteEnds({ estimate, confidenceInterval }: Drawn): number[] {
  const { lower, upper, gap } = confidenceInterval
  return [estimate, lower, upper, gap?.lower, gap?.upper].filter(isDrawable)
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}
