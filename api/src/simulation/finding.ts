import type { Bounds } from './bounds.ts'

/** A share that was counted, beside what it must be. */
export interface Finding {
  table: string
  method: string
  data: string
  /** Users of the experiment, both variants together. */
  users: number
  /** What was counted. */
  counted: string
  observed: number
  bounds: Bounds
  replications: number
}

export function isWithin({ observed, bounds }: Finding): boolean {
  return observed >= bounds.low && observed <= bounds.high
}

/** Sizes of experiments. */
export const SIZES = [200, 2_000, 20_000]
export const ALPHAS = [0.05, 0.01]
export const FALSE_POSITIVES = 'False positives'
export const INTERVALS = 'Intervals at 95 %'
export const LOOKS = 'Looks before the end'

/** The names of what is counted. */
export const counted = {
  falsePositives: (alpha: number): string => `p < ${alpha}`,
  below: 'truth below it',
  above: 'truth above it',
  withoutEffect: 'found without effect',
  withEffect: 'found with effect',
  withPlannedUsers: 'with planned users',
}
