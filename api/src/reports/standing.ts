import type { ResultRow } from '../analysis/result-row.ts'
import { metricOf, type ReportSubject } from './report-subject.ts'

/**
 * What the rows of an analysis are worth. An early look shows estimates that are no verdict, and of data that failed a
 * health check nothing should be read: neither is told as a win or a loss.
 */
export type Standing = 'final' | 'interim' | 'untrusted'

export function standingOf({ interim, health }: Pick<ReportSubject, 'interim' | 'health'>): Standing {
  if (health.some(({ verdict }) => verdict === 'FAIL')) return 'untrusted'
  return interim ? 'interim' : 'final'
}

/** How a row is judged, in the words of the pages, and in which colour it is drawn. */
export interface Judgement {
  word: string
  tone: 'good' | 'bad' | 'unclear' | 'care'
}

/** Whether a row's change is one that the shop should like; the server says whether there is one. */
export function judge(row: ResultRow, subject: ReportSubject): Judgement {
  const standing = standingOf(subject)
  if (row.notComputable !== null || row.isSignificant === null) return { word: 'Cannot be tested', tone: 'care' }
  if (standing === 'untrusted') return { word: 'Not to be relied on', tone: 'unclear' }
  const change = changeOf(row, subject)
  if (standing === 'interim') return { word: `${change.word} so far`, tone: 'unclear' }
  return change
}

function changeOf(row: ResultRow, subject: ReportSubject): Judgement {
  const estimate = row.effect?.estimate ?? row.relativeEffect?.estimate ?? 0
  if (row.isSignificant !== true || estimate === 0) return { word: 'No clear change', tone: 'unclear' }
  const isGood = estimate > 0 === (metricOf(subject, row.metricId).goal === 'INCREASE')
  return isGood ? { word: 'Better', tone: 'good' } : { word: 'Worse', tone: 'bad' }
}
