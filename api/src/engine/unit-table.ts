import type { Window } from './plan.ts'

/** Changes when the files of unit tables mean something else: tables of another layout are made anew. */
const LAYOUT = 3

/**
 * A file of a unit table. The units of a shard are numbered; the shard's first file has its first units, each later one
 * says what a batch changed of them and which ones it added.
 */
export interface UnitFile {
  path: string
  /** Which range of units it is about, from 0. The number of shards is a power of two. */
  shard: number
  rows: number
  /** Units of the shard when this file and those before it are read. */
  size: number
}

/**
 * Names what the sums of a unit table depend on beside the events. A table holds the answers for one window; other
 * windows are answered from the events.
 *
 * @returns null where no table can answer: within days after the exposure
 */
export function unitRuleName({ from, to, daysSinceExposure }: Window): string | null {
  return daysSinceExposure === null ? `${LAYOUT}|${from ?? ''}|${to ?? ''}` : null
}
