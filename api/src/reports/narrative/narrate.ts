import type { ReportSubject } from '../report-subject.ts'
import { findingSentence } from './finding-sentence.ts'
import { healthSentences } from './health-sentences.ts'
import { leadRows } from './lead-rows.ts'
import { meaningSentences } from './meaning.ts'
import { nextSteps } from './next-steps.ts'
import { revenueSentence } from './revenue-sentence.ts'
import { testedSentence } from './tested-sentence.ts'

/** An analysis in sentences, for people who do not read tables. */
export interface Narrative {
  /** What was compared, on how many users, in which time. */
  tested: string
  /** The verdict, as the decision says it. */
  verdict: string
  /** What the verdict means here: what the data still allow, and what it would take to know more. */
  meaning: string[]
  /** The numbers that matter most, at most three, with their intervals. */
  findings: string[]
  /** What the checks of the data found: a headline, then each finding. */
  health: string[]
  /** What it would change in revenue, and on what traffic that rests. */
  revenue: string
  /** What to do next, in order. */
  nextSteps: string[]
}

/**
 * Tells an analysis by rules. Of a look before the planned end nothing is called clear or proven, and what is wrong with
 * the data is always told.
 */
export function narrate(subject: ReportSubject): Narrative {
  return {
    tested: testedSentence(subject),
    verdict: subject.decision.summary,
    meaning: meaningSentences(subject),
    findings: leadRows(subject).map((row) => findingSentence(row, subject)),
    health: healthSentences(subject.health),
    revenue: revenueSentence(subject),
    nextSteps: nextSteps(subject),
  }
}
