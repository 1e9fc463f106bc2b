import type { ResultRow } from '../../analysis/result-row.ts'
import type { ChartedAnalysis, ChartedMetric } from './charted-analysis.ts'

/** The colours by which a change is painted, as themes name them. */
export type Tone = 'good' | 'bad' | 'unclear'

/** What a row says of a change: the server's tests say whether there is one, the metric's goal which way is good. */
export interface Reading {
  tone: Tone
  word: string
}

/** An early look shows estimates that are no verdict, and unhealthy data show nothing: neither is painted. */
export function readingOf(row: ResultRow, metric: ChartedMetric, standing: ChartedAnalysis['standing']): Reading {
  if (row.notComputable !== null || row.isSignificant === null) return { tone: 'unclear', word: 'cannot be tested' }
  if (standing === 'untrusted') return { tone: 'unclear', word: 'not to be relied on' }
  if (standing === 'interim') return { tone: 'unclear', word: 'early look' }
  const estimate = row.effect?.estimate ?? row.relativeEffect?.estimate ?? 0
  if (!row.isSignificant || estimate === 0) return { tone: 'unclear', word: 'no clear change' }
  return estimate > 0 === (metric.goal === 'INCREASE')
    ? { tone: 'good', word: 'better' }
    : { tone: 'bad', word: 'worse' }
}

/** The scale from words to colours of the theme, for a field of tones. */
export const toneScale = {
  domain: ['good', 'bad', 'unclear'],
  range: [{ expr: 'good' }, { expr: 'bad' }, { expr: 'unclear' }],
}

/** What a reader has to know before anything else; empty where the analysis is a plain one. */
export function caveat({ standing }: Pick<ChartedAnalysis, 'standing'>): string {
  if (standing === 'untrusted') return ' The data failed a health check: nothing here should be relied on.'
  if (standing === 'interim') return ' An early look, before the planned end: estimates may still move.'
  return ''
}
