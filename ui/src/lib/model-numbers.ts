import type { ConfidenceInterval, MetricFormat, Model, ModelEstimate } from '@fairlift/sdk'
import { shortInterval } from './describe-interval.ts'
import { metricDifference, metricValue } from './format-number.ts'
import type { Tone } from './plain-words.ts'

/** An estimate with its interval, for a plot. Null where there is no interval to draw. */
export function drawable(
  estimate: ModelEstimate | null,
): { estimate: number; confidenceInterval: ConfidenceInterval } | null {
  if (estimate === null || estimate.confidenceInterval === null) return null
  return { estimate: estimate.estimate, confidenceInterval: estimate.confidenceInterval }
}

/** How the values of a target are written, and differences of them. */
export function targetTexts({ kind, unit }: Model['target']): {
  value: (value: number) => string
  difference: (value: number) => string
} {
  const format: MetricFormat = kind === 'CONVERSION' ? 'PERCENT' : unit === null ? 'NUMBER' : 'CURRENCY'
  return { value: metricValue(format, unit), difference: metricDifference(format, unit) }
}

/** "0.5 pp to 2.1 pp", or that there is no interval. */
export function intervalText(estimate: ModelEstimate, text: (value: number) => string): string {
  return estimate.confidenceInterval === null ? 'no interval' : shortInterval(estimate.confidenceInterval, text)
}

/** Whether a change is one that the shop should like: only where its interval leaves 0 out. */
export function toneOf(estimate: ModelEstimate | null, goal: 'INCREASE' | 'DECREASE'): Tone {
  const { lower = null, upper = null } = estimate?.confidenceInterval ?? {}
  const isAbove = lower !== null && lower > 0
  const isBelow = upper !== null && upper < 0
  if (!isAbove && !isBelow) return 'unclear'
  return isAbove === (goal === 'INCREASE') ? 'good' : 'bad'
}
