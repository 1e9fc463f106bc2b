import { modelNotComputable, type ModelNotComputable } from './model-not-computable.ts'
import type { ModelKind, ModelQuestion } from './model-question.ts'
import type { Outcome } from './outcome.ts'

/**
 * The kind of model for a target. `AUTO`: logistic for conversions; linear for money, whose standard errors then hold
 * whatever its distribution; quasi-Poisson for counts, whose variance is then measured and not assumed, or linear where
 * counts are negative.
 */
export function chooseKind({ kind, target }: ModelQuestion, { n, mean }: Outcome): ModelKind | ModelNotComputable {
  const users = [...n.keys()].filter((i) => n[i]! > 0)
  const isShare = users.every((i) => mean[i]! >= 0 && mean[i]! <= 1)
  const isNegative = users.some((i) => mean[i]! < 0)
  if (kind === 'AUTO') {
    if (target.kind === 'CONVERSION') return isShare ? 'LOGISTIC' : wrong('a conversion', 'shares from 0 to 1')
    return target.kind === 'COUNT' && !isNegative ? 'QUASI_POISSON' : 'LINEAR'
  }
  if (kind === 'LOGISTIC' && (target.kind !== 'CONVERSION' || !isShare)) {
    return wrong('a logistic model', 'a target that is 0 or 1 for each user')
  }
  if ((kind === 'POISSON' || kind === 'QUASI_POISSON') && isNegative)
    return wrong('a Poisson model', 'no values below 0')
  return kind
}

function wrong(what: string, needed: string): ModelNotComputable {
  return modelNotComputable('kindDoesNotFit', `For ${what} there must be ${needed}. Choose another kind of model.`)
}
