import type { MetricResult } from '@fairlift/sdk'

/** What two analyses say of one metric and treatment. Null where one of them has no such row. */
export interface ResultPair {
  key: string
  before: MetricResult | null
  after: MetricResult | null
}

/** Rows of two analyses side by side, in the order of the later one; what only the earlier one has comes last. */
export function pairResults(before: readonly MetricResult[], after: readonly MetricResult[]): ResultPair[] {
  const earlier = new Map(before.map((row) => [keyOf(row), row]))
  const pairs: ResultPair[] = after.map((row) => {
    const key = keyOf(row)
    const own = earlier.get(key) ?? null
    earlier.delete(key)
    return { key, before: own, after: row }
  })
  return [...pairs, ...[...earlier].map(([key, row]) => ({ key, before: row, after: null }))]
}

function keyOf({ metric, treatment, segment }: MetricResult): string {
  return JSON.stringify([metric.id, treatment.id, segment])
}
