import type { Decision } from '../../analysis/decide.ts'

/** What verdicts are called, as on the pages. */
export const verdictNames: Record<Decision['verdict'], string> = {
  SHIP: 'Ship',
  DO_NOT_SHIP: 'Do not ship',
  KEEP_RUNNING: 'Keep running',
  INCONCLUSIVE: 'Inconclusive',
  WITHHELD: 'No verdict yet',
}
