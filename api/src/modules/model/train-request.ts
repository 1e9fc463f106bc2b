import type { Measure } from '../../engine/plan.ts'
import type { UserError } from '../../errors.ts'
import { DEFAULT_QUESTION, type ModelKind, type ModelQuestion } from '../../models/model-question.ts'
import type { Metric } from '../metric/metric.service.ts'
import type { AskedBinning, AskedFeature } from './feature-request.ts'
import { type AskedTarget, kindProblems } from './target-request.ts'

export interface AskedPenalty {
  kind: 'AUTO' | 'CROSS_VALIDATED' | 'FIXED'
  /** With FIXED. */
  value?: number | null
}

/** What a caller asks for. Whatever is left out takes the default. */
export interface TrainModelRequest {
  experimentId: string
  target: AskedTarget
  kind?: ModelKind | 'AUTO' | null
  features?: AskedFeature[] | null
  interactions?: string[] | null
  binning?: AskedBinning | null
  penalty?: AskedPenalty | null
  folds?: number | null
  holdout?: number | null
  seed?: number | null
  level?: number | null
  horizonDays?: number | null
  datasetVersion?: number | null
}

const FOLDS = { least: 2, most: 20 }
const MOST_HOLDOUT = 0.5
const GREATEST_SEED = 2 ** 31 - 1
const LEVELS = { least: 0.8, most: 0.999 }
const MOST_DAYS = 3650

/** What is wrong with a request's numbers and names; features and target are looked at apart. */
export function requestProblems(request: TrainModelRequest, featureNames: string[]): UserError[] {
  const problems: UserError[] = []
  const check = (field: keyof TrainModelRequest, isRight: (value: number) => boolean, what: string): void => {
    const value = request[field] as number | null | undefined
    if (value != null && !isRight(value))
      problems.push({ code: 'INVALID', field: [field], message: `${what}, got ${value}.` })
  }
  const within = (least: number, most: number) => (value: number) => value >= least && value <= most
  check('folds', within(FOLDS.least, FOLDS.most), `The number of folds is from ${FOLDS.least} to ${FOLDS.most}`)
  check('holdout', within(0, MOST_HOLDOUT), `The holdout is a share from 0 to ${MOST_HOLDOUT}`)
  check('seed', within(0, GREATEST_SEED), `The seed is from 0 to ${GREATEST_SEED}`)
  check('level', within(LEVELS.least, LEVELS.most), `The confidence level is from ${LEVELS.least} to ${LEVELS.most}`)
  check('horizonDays', within(1, MOST_DAYS), `The horizon is from 1 to ${MOST_DAYS} days`)
  problems.push(...kindProblems(request.kind ?? 'AUTO', request.target.kind), ...penaltyProblems(request.penalty))
  request.interactions?.forEach((name, index) => {
    if (featureNames.includes(name)) return
    const list = featureNames.length === 0 ? 'none' : featureNames.map((one) => `"${one}"`).join(', ')
    const message = `"${name}" is not among the features of this model: ${list}.`
    problems.push({ code: 'NOT_FOUND', field: ['interactions', String(index)], message })
  })
  return problems
}

function penaltyProblems(penalty: AskedPenalty | null | undefined): UserError[] {
  if (penalty == null) return []
  const { kind, value } = penalty
  const isRight = kind === 'FIXED' ? value != null && value >= 0 && Number.isFinite(value) : value == null
  if (isRight) return []
  const message =
    kind === 'FIXED'
      ? `A fixed penalty needs a value of at least 0, got ${value ?? 'none'}.`
      : `Only a FIXED penalty has a value; the kind is ${kind}.`
  return [{ code: 'INVALID', field: ['penalty', 'value'], message }]
}

/** The settings of the model that a request asks for. */
export function modelQuestionOf(request: TrainModelRequest, metric: Metric, currency: string | null): ModelQuestion {
  const { penalty, target } = request
  const isMoney = target.kind === 'REVENUE' || target.kind === 'AVERAGE_ORDER_VALUE'
  return {
    target: { kind: target.kind, metric: metric.key, unit: isMoney ? currency : null },
    kind: request.kind ?? DEFAULT_QUESTION.kind,
    interactions: [...new Set(request.interactions ?? [])],
    penalty: penalty == null ? DEFAULT_QUESTION.penalty : penalty.kind === 'FIXED' ? penalty.value! : penalty.kind,
    folds: request.folds ?? DEFAULT_QUESTION.folds,
    holdout: request.holdout ?? DEFAULT_QUESTION.holdout,
    seed: request.seed ?? DEFAULT_QUESTION.seed,
    level: request.level ?? DEFAULT_QUESTION.level,
    horizonDays: request.horizonDays ?? DEFAULT_QUESTION.horizonDays,
  }
}

/** The money that a conversion, or one more of a count, may bring: revenue per visitor. */
export function worthMeasure(target: AskedTarget, catalogue: Metric[]): Measure | null {
  if (target.kind !== 'CONVERSION' && target.kind !== 'COUNT') return null
  return catalogue.find(({ key }) => key === 'revenue_per_visitor')?.numerator ?? null
}
