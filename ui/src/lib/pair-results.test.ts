import type { MetricResult } from '@fairlift/sdk'
import { expect, test } from 'vitest'
import { pairResults } from './pair-results.ts'

const row = (metric: string, treatment = 'a'): MetricResult =>
  ({ metric: { id: metric }, treatment: { id: treatment }, segment: null }) as unknown as MetricResult

test('rows of one metric and treatment stand side by side, and those of one analysis alone stay', () => {
  const [conversion, revenue, refunds, other] = [row('conversion'), row('revenue'), row('refunds'), row('revenue', 'b')]
  const pairs = pairResults([revenue, refunds], [conversion, { ...revenue }, other])
  expect(pairs.map(({ before, after }) => [before?.metric.id, after?.metric.id, after?.treatment.id])).toEqual([
    [undefined, 'conversion', 'a'],
    ['revenue', 'revenue', 'a'],
    [undefined, 'revenue', 'b'],
    ['refunds', undefined, undefined],
  ])
})
