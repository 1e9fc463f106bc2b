import type { PredictedEffect } from './effect.ts'
import type { FeatureImportance } from './model-card.ts'
import type { ModelWarning } from './model-warning.ts'
import type { FoldFit, Validation } from './validation.ts'

/** What of a card could not be computed as it was asked for, and why. */
export function missingParts(
  { folds }: Validation,
  importance: readonly FeatureImportance[],
  effects: readonly PredictedEffect[],
): ModelWarning[] {
  const warnings: ModelWarning[] = []
  const warn = (code: ModelWarning['code'], message: string, feature: string | null = null) =>
    warnings.push({ code, feature, message })
  const named = (fit: FoldFit) => folds.flatMap((one) => (one.fit === fit ? [one.fold] : [])).join(', ')
  const [penalised, separated, unsettled] = [named('penalised'), named('separated'), named('notConverged')]
  const unknown = 'how well unseen users are predicted is not known.'
  if (penalised !== '')
    warn(
      'SEPARATED',
      `Without the users of fold ${penalised} an estimate is infinite: those models have a small penalty.`,
    )
  if (separated !== '') warn('SEPARATED', `Without the users of fold ${separated} an estimate is infinite: ${unknown}`)
  if (unsettled !== '') warn('NOT_CONVERGED', `The models without fold ${unsettled} did not settle: ${unknown}`)
  for (const { feature, dropInDeviance } of importance) {
    if (dropInDeviance !== null) continue
    warn(
      'NOT_CONVERGED',
      `The model without ${feature} did not settle: how much is lost without it is not known.`,
      feature,
    )
  }
  if (effects.some(({ revenue }) => revenue !== null && revenue.overHorizon === null)) {
    warn('NO_TRAFFIC', 'Fewer than two days of visitors were measured, so there is no revenue over a horizon.')
  }
  return warnings
}
