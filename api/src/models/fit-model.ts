import { choosePenalty } from './choose-penalty.ts'
import type { Feature } from './feature.ts'
import { fitOutcome, type OutcomeFit } from './fit-outcome.ts'
import { modelNotComputable, type ModelNotComputable } from './model-not-computable.ts'
import type { ModelQuestion } from './model-question.ts'
import type { ModelSetup } from './model-setup.ts'
import type { ModelWarning } from './model-warning.ts'
import { separatedBy } from './separated-by.ts'

export interface FittedModel {
  kind: 'computed'
  fit: OutcomeFit
  penalty: number
  warnings: ModelWarning[]
}

/** Fits with the penalty that is asked for. Where an estimate is infinite, says because of what. */
export function fitModel(
  setup: ModelSetup,
  { penalty: asked }: ModelQuestion,
  variants: readonly string[],
  features: readonly Feature[],
): FittedModel | ModelNotComputable {
  const { training } = setup.patterns
  const first = asked === 'CROSS_VALIDATED' ? choosePenalty(setup) : asked === 'AUTO' ? 0 : asked
  if (first === null) return notConverged()
  const fit = fitOutcome(setup, training, { penalty: first })
  if (fit.status === 'converged') return { kind: 'computed', fit, penalty: first, warnings: [] }
  if (fit.status === 'notConverged') return notConverged()
  const names = separatedBy(setup, variants, features, fit.separating)
  const what = `Without a penalty the estimate of ${names.join(' and ')} is infinite: its users all did the same.`
  if (asked !== 'AUTO') return separated(what, names)
  const penalty = choosePenalty(setup)
  const again = penalty === null ? null : fitOutcome(setup, training, { penalty })
  if (penalty === null || again?.status !== 'converged') return separated(what, names)
  const message = `${what} A penalty of ${Number(penalty.toPrecision(3))}, chosen by cross-validation, keeps it finite.`
  const feature =
    fit.separating.map((column) => setup.design.columns[column]!.feature).find((own) => own !== null) ?? null
  return { kind: 'computed', fit: again, penalty, warnings: [{ code: 'SEPARATED', feature, message }] }
}

function separated(what: string, names: string[]): ModelNotComputable {
  return modelNotComputable(
    'separated',
    `${what} Gather its level with others, leave it out, or wait for more users.`,
    names,
  )
}

function notConverged(): ModelNotComputable {
  return modelNotComputable('notConverged', 'The estimates did not settle. Use fewer features, or a larger penalty.')
}
