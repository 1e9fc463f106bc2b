/** Middle, least and greatest of several runs. */
export interface Spread {
  median: number
  least: number
  greatest: number
}

/** Of an even number of runs the lower middle one. Needs one run at least. */
export function spreadOf(values: number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  return { median: sorted[Math.floor((sorted.length - 1) / 2)]!, least: sorted[0]!, greatest: sorted.at(-1)! }
}

export const medianOf = (values: number[]): number => spreadOf(values).median

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 3 : 1)} s`
export const milliseconds = (ms: number): string => `${ms.toFixed(0)} ms`
export const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20).toLocaleString('en-US')} MB`
export const count = (value: number): string => Math.round(value).toLocaleString('en-US')
export const times = (ratio: number): string => `${ratio.toFixed(ratio < 10 ? 2 : 1)}×`
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

/** A bound, and how a figure is said to keep it or not. */
export interface Goal {
  text: string
  isReached: (value: number) => boolean
}

/** Set before the first measurement; they are not moved to meet the figures. */
export const goals = {
  ingest: atMost(1.6, times),
  childMemory: atMost(2 ** 30, megabytes),
  apiMemory: atMost(250 * 2 ** 20, megabytes),
  unitTable: atLeast(20, times),
  events: atLeast(1, times),
  lastBatch: atMost(0.05, percent),
  landedToResult: atMost(2000, seconds),
  statistics: atMost(100, milliseconds),
  models: atLeast(20, times),
}

function atMost(bound: number, show: (value: number) => string): Goal {
  return { text: `at most ${show(bound)}`, isReached: (value) => value <= bound }
}

function atLeast(bound: number, show: (value: number) => string): Goal {
  return { text: `at least ${show(bound)}`, isReached: (value) => value >= bound }
}

/** Whether a goal is reached, in one word. */
export const verdict = (goal: Goal, value: number): string => (goal.isReached(value) ? 'reached' : 'missed')
