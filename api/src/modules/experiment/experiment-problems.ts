import type { UserError } from '../../errors.ts'
import { limits, shown } from '../../ingest/contract.ts'
import type { Metric, MetricRole } from '../metric/metric.service.ts'

/** What a caller may say of an experiment. */
export interface ExperimentRequest {
  key?: string
  name?: string | null
  hypothesis?: string | null
  variants?: VariantRequest[] | null
  metrics?: { key: string; role: MetricRole }[] | null
  startAt?: Date | null
  endAt?: Date | null
  plannedUnits?: number | null
  currency?: string | null
  conflictPolicy?: 'KEEP_FIRST' | 'KEEP_LAST' | null
  autoRun?: boolean | null
}

export interface VariantRequest {
  key: string
  name?: string | null
  role: 'CONTROL' | 'TREATMENT'
  trafficSplit?: number | null
}

// No space at the end: values in files are trimmed.
const KEY = /^[A-Za-z0-9](?:[A-Za-z0-9_. -]{0,98}[A-Za-z0-9_.-])?$/
const KEY_RULE = 'letters, digits, "_", "-", "." and spaces within, 100 at most, beginning with a letter or digit'
const MAX_NAME_LENGTH = 200
const MAX_HYPOTHESIS_LENGTH = 10_000
const MAX_VARIANTS = 20
const SPLIT_TOLERANCE = 1e-6

/** Everything that is wrong with a request, each with its field. */
export function problemsOf(request: ExperimentRequest, knownMetrics: Metric[]): UserError[] {
  return [
    ...nameProblems(request),
    ...variantProblems(request.variants ?? null),
    ...metricProblems(request.metrics ?? null, knownMetrics),
    ...planProblems(request),
  ]
}

function problem(field: string, message: string, code = 'INVALID'): UserError {
  return { code, field: field.split('.'), message }
}

function nameProblems({ key, name, hypothesis }: ExperimentRequest): UserError[] {
  const problems: UserError[] = []
  if (key !== undefined && !KEY.test(key)) {
    problems.push(problem('key', `A key has ${KEY_RULE}, got "${shown(key)}".`))
  }
  if (name != null && name.trim() === '') problems.push(problem('name', 'An experiment needs a name.'))
  problems.push(...lengthProblems('name', name, MAX_NAME_LENGTH))
  problems.push(...lengthProblems('hypothesis', hypothesis, MAX_HYPOTHESIS_LENGTH))
  return problems
}

function lengthProblems(field: string, text: string | null | undefined, most: number): UserError[] {
  if (text == null || text.length <= most) return []
  return [problem(field, `At most ${most} characters are kept, got ${text.length}.`)]
}

function variantProblems(variants: VariantRequest[] | null): UserError[] {
  if (variants === null) return []
  const problems: UserError[] = []
  if (variants.length < 2 || variants.length > MAX_VARIANTS) {
    problems.push(problem('variants', `An experiment has 2 to ${MAX_VARIANTS} variants, got ${variants.length}.`))
  }
  const controls = variants.filter(({ role }) => role === 'CONTROL').length
  if (controls !== 1) problems.push(problem('variants', `Exactly one variant is the control, got ${controls}.`))
  const keys = variants.map(({ key }) => key)
  variants.forEach(({ key, name, trafficSplit }, index) => {
    if (!KEY.test(key)) problems.push(problem(`variants.${index}.key`, `A key has ${KEY_RULE}, got "${shown(key)}".`))
    problems.push(...lengthProblems(`variants.${index}.name`, name, MAX_NAME_LENGTH))
    const own = name?.trim() || key
    const isAmbiguous = variants.some((other, at) => at !== index && (other.key === own || other.name?.trim() === own))
    if (own !== key && isAmbiguous) {
      problems.push(
        problem(
          `variants.${index}.name`,
          `"${shown(own)}" means another variant too. Files may call a variant by key or name, so each must be of one variant only.`,
        ),
      )
    }
    if (keys.indexOf(key) !== index)
      problems.push(problem(`variants.${index}.key`, `Two variants have the key "${key}".`))
    if (trafficSplit != null && !(trafficSplit >= 0 && trafficSplit <= 1)) {
      problems.push(
        problem(`variants.${index}.trafficSplit`, `A share of the traffic is from 0 to 1, got ${trafficSplit}.`),
      )
    }
  })
  const splits = variants.map(({ trafficSplit }) => trafficSplit).filter((split) => split != null)
  if (splits.length > 0 && splits.length < variants.length) {
    problems.push(problem('variants', 'Give the traffic split of all variants, or of none for equal shares.'))
  } else if (splits.length > 0) {
    const sum = splits.reduce((total, split) => total + split, 0)
    if (Math.abs(sum - 1) > SPLIT_TOLERANCE)
      problems.push(problem('variants', `The traffic splits sum to 1, got ${sum}.`))
  }
  return problems
}

function metricProblems(metrics: ExperimentRequest['metrics'], known: Metric[]): UserError[] {
  if (metrics == null) return []
  const problems: UserError[] = []
  if (metrics.length === 0) problems.push(problem('metrics', 'An experiment needs at least one metric.'))
  const keys = metrics.map(({ key }) => key)
  metrics.forEach(({ key }, index) => {
    if (!known.some((metric) => metric.key === key)) {
      problems.push(
        problem(
          `metrics.${index}.key`,
          `There is no metric "${key}". Define it first (defineMetric), or choose one of the catalogue (metrics).`,
          'NOT_FOUND',
        ),
      )
    }
    if (keys.indexOf(key) !== index)
      problems.push(problem(`metrics.${index}.key`, `The metric "${key}" is named twice.`))
  })
  const primary = metrics.filter(({ role }) => role === 'PRIMARY').length
  if (metrics.length > 0 && primary !== 1) {
    problems.push(problem('metrics', `Exactly one metric is primary: the one that decides. Got ${primary}.`))
  }
  return problems
}

function planProblems({ startAt, endAt, plannedUnits, currency }: ExperimentRequest): UserError[] {
  const problems: UserError[] = []
  for (const [field, time] of [
    ['startAt', startAt],
    ['endAt', endAt],
  ] as const) {
    if (time != null && time.toISOString() < limits.earliestTime) {
      problems.push(problem(field, `No event is older than ${limits.earliestTime}, got ${time.toISOString()}.`))
    }
  }
  if (startAt != null && endAt != null && endAt <= startAt) {
    problems.push(
      problem('endAt', `The end (${endAt.toISOString()}) must lie after the start (${startAt.toISOString()}).`),
    )
  }
  if (plannedUnits != null && (!Number.isSafeInteger(plannedUnits) || plannedUnits < 2)) {
    problems.push(
      problem('plannedUnits', `The planned number of users is a whole number of at least 2, got ${plannedUnits}.`),
    )
  }
  if (currency != null && !/^[A-Za-z]{3}$/.test(currency)) {
    problems.push(problem('currency', `A currency is a code of three letters such as EUR, got "${currency}".`))
  }
  return problems
}
