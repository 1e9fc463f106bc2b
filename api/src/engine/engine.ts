import type { Aggregates, AggregationPlan } from './plan.ts'

/** A part of a dataset version, as an engine reads it. */
export interface PartFile {
  /** A local path or a URL that the engine can read. */
  path: string
  rows: number
  /** Times of its first and last event in milliseconds since 1970, rounded outwards. */
  minTimeMs: number
  maxTimeMs: number
}

/** Executes plans over the parts of a dataset version in one pass. All engines give equal results. */
export interface AggregationEngine {
  /** Written into results, so that one can see what computed them. */
  readonly name: string
  aggregate(
    plan: AggregationPlan,
    parts: PartFile[],
    options?: { signal?: AbortSignal; onProgress?: (share: number) => void },
  ): Promise<Aggregates>
}
