import type { ConfidenceInterval } from '../stats/confidence-interval.ts'
import type { ResultRow } from './result-row.ts'

/** How the result of one metric and treatment moved between two answers to the same question. */
export interface ResultChange {
  /** Later lift minus earlier lift; null where one of them does not exist. */
  relativeEffectChange: number | null
  /** Whether some lift (or, without lifts, some effect) is in both intervals; null where one of them does not exist. */
  intervalsOverlap: boolean | null
  /** Whether one of the two is significant and the other is not. */
  significanceChanged: boolean
}

export function compareResults(before: ResultRow, after: ResultRow): ResultChange {
  const [earlier, later] = [before.relativeEffect?.estimate ?? null, after.relativeEffect?.estimate ?? null]
  const hasLifts = before.relativeEffect !== null && after.relativeEffect !== null
  const [one, other] = hasLifts ? [before.relativeEffect, after.relativeEffect] : [before.effect, after.effect]
  return {
    relativeEffectChange: earlier === null || later === null ? null : later - earlier,
    intervalsOverlap:
      one === null || other === null ? null : intervalsOverlap(one.confidenceInterval, other.confidenceInterval),
    significanceChanged: (before.isSignificant ?? false) !== (after.isSignificant ?? false),
  }
}

/** Whether two intervals have a value in common. */
export function intervalsOverlap(one: ConfidenceInterval, other: ConfidenceInterval): boolean {
  return piecesOf(one).some(([from, to]) => piecesOf(other).some(([start, end]) => from <= end && start <= to))
}

/** The pieces of the line that an interval keeps. */
function piecesOf({ lower, upper, gap }: ConfidenceInterval): [number, number][] {
  if (gap !== undefined)
    return [
      [-Infinity, gap.lower],
      [gap.upper, Infinity],
    ]
  return [[lower ?? -Infinity, upper ?? Infinity]]
}
