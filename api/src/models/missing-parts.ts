import type { PredictedEffect } from './effect.ts'
import type { ModelWarning } from './model-warning.ts'
import type { Validation } from './validation.ts'

/** What a card lacks, and why. */
export function missingParts({ crossValidated }: Validation, effects: readonly PredictedEffect[]): ModelWarning[] {
  const warnings: ModelWarning[] = []
  if (crossValidated === null) {
    const message = 'Models without one of the folds did not settle: how well unseen users are predicted is not known.'
    warnings.push({ code: 'NOT_CONVERGED', feature: null, message })
  }
  if (effects.some(({ revenue }) => revenue !== null && revenue.overHorizon === null)) {
    const message = 'Fewer than two days of visitors were measured, so there is no revenue over a horizon.'
    warnings.push({ code: 'NO_TRAFFIC', feature: null, message })
  }
  return warnings
}
