import type { SpendingFunction } from '../stats/alpha-spending.ts'

/** How early looks may use up the error that a design allows itself. */
export type Spending = 'OBRIEN_FLEMING' | 'POCOCK' | 'HWANG_SHIH_DECANI'

export interface SpendingChoice {
  spending: Spending
  /** Hwang, Shih and DeCani's parameter; null for the other functions. */
  gamma: number | null
}

/** Close to O'Brien and Fleming's. */
export const DEFAULT_GAMMA = -4
export const GAMMAS = { least: -20, greatest: 20 }

export function spendingFunctionOf({ spending, gamma }: SpendingChoice): SpendingFunction {
  if (spending === 'OBRIEN_FLEMING') return { kind: 'obrienFleming' }
  if (spending === 'POCOCK') return { kind: 'pocock' }
  return { kind: 'hwangShihDeCani', gamma: gamma ?? DEFAULT_GAMMA }
}

/** The choice with its defaults. */
export function resolveSpending(choice: { spending?: Spending | null; gamma?: number | null }): SpendingChoice {
  const spending = choice.spending ?? 'OBRIEN_FLEMING'
  return { spending, gamma: spending === 'HWANG_SHIH_DECANI' ? (choice.gamma ?? DEFAULT_GAMMA) : null }
}

/** What is wrong with a choice, by the name of the field. */
export function spendingProblem(choice: {
  spending?: Spending | null
  gamma?: number | null
}): { field: 'gamma'; message: string } | null {
  const { spending, gamma } = choice
  if (gamma == null) return null
  if (spending !== 'HWANG_SHIH_DECANI') {
    return { field: 'gamma', message: 'Only HWANG_SHIH_DECANI has a gamma: leave it out, or choose that spending.' }
  }
  if (gamma >= GAMMAS.least && gamma <= GAMMAS.greatest) return null
  return { field: 'gamma', message: `Gamma is from ${GAMMAS.least} to ${GAMMAS.greatest}, got ${gamma}.` }
}
