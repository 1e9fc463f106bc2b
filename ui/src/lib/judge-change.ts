import { type Effect, type MetricResult } from '@fairlift/sdk'
import { type Tone } from './plain-words.ts'

export interface Change {
  /** Whether the shop should like it: the server says whether there is a change, the metric which way is good. */
  kind: 'better' | 'worse' | 'none' | 'unknown'
  word: string
  tone: Tone
}

const changes: Record<Change['kind'], Change> = {
  better: { kind: 'better', word: 'Better', tone: 'good' },
  worse: { kind: 'worse', word: 'Worse', tone: 'bad' },
  none: { kind: 'none', word: 'No clear change', tone: 'unclear' },
  unknown: { kind: 'unknown', word: 'Cannot be tested', tone: 'care' },
}

export function judgeChange({
  metric,
  isSignificant,
  notComputable,
  effect,
  relativeEffect,
}: Pick<MetricResult, 'metric' | 'isSignificant' | 'notComputable' | 'relativeEffect'> & {
  effect: Pick<Effect, 'estimate'> | null
}): Change {
  if (notComputable !== null || isSignificant === null) return changes.unknown
  const estimate = effect?.estimate ?? relativeEffect?.estimate ?? 0
  if (!isSignificant || estimate === 0) return changes.none
  return estimate > 0 === (metric.goal === 'INCREASE') ? changes.better : changes.worse
}
