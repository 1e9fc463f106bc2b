import type { Experiment } from '@fairlift/sdk'

/**
 * Questions as the engine and DuckDB are asked them: the same measures of the same users, each by its own means. The
 * shapes are those of the engine's script (api/src/engine/engine.bench.ts), which tests may not import.
 */
export interface Measure {
  eventTypes: string[]
  aggregation: 'count' | 'sum' | 'any'
  /** The events before the first exposure: a covariate. */
  before?: true
}

interface Needs {
  measures: Measure[]
  pairs: [number, number][]
}

export interface Question {
  name: string
  needs: Needs[]
  segments: string[]
}

export interface PartFile {
  path: string
  rows: number
  minTimeMs: number
  maxTimeMs: number
}

export interface EngineRequest {
  parts: PartFile[]
  variants: string[]
  window: { from: string; to: string; daysSinceExposure: null }
  questions: Question[]
  runs: number
}

/** Sums of the users of a variant, or of those with one value of an attribute. */
export interface Group {
  variant: number
  segment: { attribute: string; value: string | null } | null
  n: number
  means: number[]
  m2: number[]
  products: number[]
}

export interface EngineAnswer {
  name: string
  measures: Measure[]
  pairs: [number, number][]
  unitTableMs: number[]
  eventsMs: number[]
  unitTable: Group[]
  events: Group[]
}

/** What DuckDB is asked: the engine's plan of each question. */
export type DuckDbQuestion = Pick<EngineAnswer, 'name' | 'measures' | 'pairs'> & { segments: string[] }

export interface DuckDbAnswer {
  name: string
  ms: number[]
  groups: Group[]
}

/** Attributes of few values; together they make some twenty segments. */
export const SEGMENT_ATTRIBUTES = ['channel', 'device', 'geo', 'price_bucket']
/** The one that is asked for through the API, which breaks down by one attribute at a time. */
export const API_ATTRIBUTE = 'geo'

/** The questions about an experiment's three metrics. */
export function questionsOf({ metrics }: Experiment): Question[] {
  const plain = metrics.map(({ metric }): Needs => {
    const { numerator, denominator } = metric
    const measures = [numerator, denominator].flatMap((one) => (one == null ? [] : [measureOf(one)]))
    return { measures, pairs: measures.length === 2 ? [[0, 1]] : [] }
  })
  const adjusted = plain.map(withCovariates)
  return [
    { name: 'all users', needs: plain, segments: [] },
    { name: `by ${API_ATTRIBUTE}`, needs: plain, segments: [API_ATTRIBUTE] },
    { name: 'by 4 attributes', needs: plain, segments: SEGMENT_ATTRIBUTES },
    { name: 'all users, CUPED', needs: adjusted, segments: [] },
    { name: 'by 4 attributes, CUPED', needs: adjusted, segments: SEGMENT_ATTRIBUTES },
  ]
}

function measureOf({ eventTypes, aggregation }: { eventTypes: string[]; aggregation: string }): Measure {
  return { eventTypes, aggregation: aggregation.toLowerCase() as Measure['aggregation'] }
}

/** With each measure before the exposure as the covariate of what it is after it. */
function withCovariates({ measures, pairs }: Needs): Needs {
  const before = measures.map((measure): Measure => ({ ...measure, before: true }))
  const own = measures.map((_, index): [number, number] => [index, index + measures.length])
  return { measures: [...measures, ...before], pairs: [...pairs, ...own] }
}
