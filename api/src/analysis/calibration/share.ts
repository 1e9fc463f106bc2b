import type { ConfidenceInterval } from '../../stats/confidence-interval.ts'
import { wilsonInterval } from '../../stats/wilson-interval.ts'

/** A share that was counted in a simulation, with what chance leaves open: a Wilson interval at 99 %. */
export interface Share {
  count: number
  /** Null where there was nothing to count. */
  share: number | null
  lower: number
  upper: number
}

const LEVEL = 0.99

export function shareOf(count: number, of: number): Share {
  if (of === 0) return { count, share: null, lower: 0, upper: 1 }
  const { lower, upper } = wilsonInterval({ successes: count, n: of }, { level: LEVEL }) as ConfidenceInterval
  return { count, share: count / of, lower: lower!, upper: upper! }
}
