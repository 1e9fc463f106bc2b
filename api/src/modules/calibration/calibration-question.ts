import { createHash } from 'node:crypto'
import type { UserError } from '../../errors.ts'
import { type AnalysisQuestion, resultKeyOf } from '../analysis/analysis-request.ts'

/** How often users are dealt out anew when nothing is said. */
export const DEFAULT_REPLICATIONS = 2000
const REPLICATIONS = { least: 100, greatest: 20_000 }
const GREATEST_SEED = 2 ** 31 - 1

/** The methods of an analysis, to be checked. */
export interface CalibrationQuestion {
  analysis: AnalysisQuestion
  replications: number
  seed: number
}

/** The numbers of a request that are out of their ranges. */
export function calibrationProblems({ replications, seed }: Omit<CalibrationQuestion, 'analysis'>): UserError[] {
  const problems: UserError[] = []
  const { least, greatest } = REPLICATIONS
  if (!(replications >= least && replications <= greatest)) {
    const message = `The number of deals is from ${least} to ${greatest.toLocaleString('en-US')}, got ${replications}.`
    problems.push({ code: 'INVALID', field: ['replications'], message })
  }
  if (!(seed >= 0 && seed <= GREATEST_SEED)) {
    const message = `The seed is from 0 to ${GREATEST_SEED}, got ${seed}.`
    problems.push({ code: 'INVALID', field: ['seed'], message })
  }
  return problems
}

/** The question without what does not change the answer: there are no segments and no verdict. */
export function calibrationOf(question: AnalysisQuestion, replications: number, seed: number): CalibrationQuestion {
  const { timeseries: _, ...rest } = question.settings
  const settings = { ...rest, segment: null }
  const schedule = { status: 'DRAFT' as const, endAt: null, plannedUnits: null, isBeforeEnd: false }
  return { analysis: { ...question, settings, schedule, guardrailsLeftOut: [] }, replications, seed }
}

/** Hash of everything that the answer depends on. */
export function calibrationKeyOf({ analysis, replications, seed }: CalibrationQuestion): string {
  return createHash('sha256')
    .update(JSON.stringify([resultKeyOf(analysis), replications, seed]))
    .digest('hex')
}
