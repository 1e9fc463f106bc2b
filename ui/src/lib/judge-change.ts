import type { Analysis, Effect, MetricResult } from '@fairlift/sdk'
import type { Tone } from './plain-words.ts'

export interface Change {
  /** Whether the shop should like it: the server says whether there is a change, the metric which way is good. */
  kind: 'better' | 'worse' | 'none' | 'unknown'
  word: string
  tone: Tone
}

/**
 * What the rows of an analysis are worth. An early look shows estimates that are no verdict, and of data that failed a
 * health check nothing should be read: neither is painted as a win or a loss.
 */
export type Standing = 'final' | 'interim' | 'untrusted'

export function standingOf({
  interim,
  health,
}: Pick<Analysis, 'interim'> & { health: Pick<Analysis['health'][number], 'verdict'>[] }): Standing {
  if (health.some(({ verdict }) => verdict === 'FAIL')) return 'untrusted'
  return interim ? 'interim' : 'final'
}

const changes: Record<Change['kind'], Change> = {
  better: { kind: 'better', word: 'Better', tone: 'good' },
  worse: { kind: 'worse', word: 'Worse', tone: 'bad' },
  none: { kind: 'none', word: 'No clear change', tone: 'unclear' },
  unknown: { kind: 'unknown', word: 'Cannot be tested', tone: 'care' },
}

type Judged = Pick<MetricResult, 'metric' | 'isSignificant' | 'notComputable' | 'relativeEffect'> & {
  effect: Pick<Effect, 'estimate'> | null
}

export function judgeChange(row: Judged, standing: Standing): Change {
  const change = changes[kindOf(row)]
  if (change.kind === 'unknown' || standing === 'final') return change
  if (standing === 'untrusted') return { kind: 'unknown', word: 'Not to be relied on', tone: 'unclear' }
  return { ...change, word: `${change.word} so far`, tone: 'unclear' }
}

function kindOf({ metric, isSignificant, notComputable, effect, relativeEffect }: Judged): Change['kind'] {
  if (notComputable !== null || isSignificant === null) return 'unknown'
  const estimate = effect?.estimate ?? relativeEffect?.estimate ?? 0
  if (!isSignificant || estimate === 0) return 'none'
  return estimate > 0 === (metric.goal === 'INCREASE') ? 'better' : 'worse'
}
