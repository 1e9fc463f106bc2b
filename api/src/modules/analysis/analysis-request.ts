import { createHash } from 'node:crypto'
import stringify from 'safe-stable-stringify'
import { planAnalysis } from '../../analysis/analyse-experiment.ts'
import type { MetricDefinition } from '../../analysis/metric-definition.ts'
import { metricAnalyses } from '../../analysis/metrics/index.ts'
import {
  STATISTICS_VERSION,
  type AnalysisSettings,
  type Correction,
  type CorrectionFamily,
  type MethodOverride,
} from '../../analysis/settings.ts'
import type { AggregationPlan } from '../../engine/plan.ts'
import type { UserError } from '../../errors.ts'
import { type AdjustmentRequest, adjustmentProblems, adjustmentSettings } from './adjustment-request.ts'
import type { Alternative } from '../../stats/inference-options.ts'
import { decisionProblems, type DecisionRequest, decisionSettingsOf } from './decision-request.ts'
import type { Experiment, Variant } from '../experiment/experiment.service.ts'
import type { ExperimentMetric, Metric } from '../metric/metric.service.ts'
import { lookProblems, type LooksRequest } from './look-request.ts'

/** What a caller asks for. Whatever is left out takes the default. */
export interface RunAnalysisRequest extends AdjustmentRequest {
  experimentId: string
  /** Metric keys; by default the experiment's. */
  metrics?: string[] | null
  segmentBy?: string | null
  segmentTop?: number | null
  level?: number | null
  alternative?: Alternative | null
  correction?: Correction | null
  correctionFamily?: CorrectionFamily | null
  decision?: DecisionRequest | null
  methods?: { metric: string; method: MethodOverride }[] | null
  looks?: LooksRequest | null
  from?: Date | null
  to?: Date | null
  daysSinceExposure?: number | null
  datasetVersion?: number | null
  timeseries?: boolean | null
}

/** A question made definite: equal questions have equal keys and get one answer. */
export interface AnalysisQuestion {
  datasetVersionId: string
  datasetVersion: number
  metrics: MetricDefinition[]
  /** The control first. */
  variants: { id: string; trafficSplit: number }[]
  settings: AnalysisSettings
  /** Names of the experiment's guardrails that the caller left out. */
  guardrailsLeftOut: string[]
  /** The plan that says whether this is an early look. */
  schedule: { status: Experiment['status']; endAt: string | null; plannedUnits: number | null; isBeforeEnd: boolean }
}

const DEFAULT_SEGMENT_TOP = 10
const LEVELS = { least: 0.8, greatest: 0.999 }

/** Everything that is wrong with a request. */
export function problemsOf(
  request: RunAnalysisRequest,
  experiment: Experiment,
  metrics: MetricDefinition[],
  unknown: string[],
  catalogue: Metric[],
): UserError[] {
  const problems: UserError[] = []
  const problem = (field: string, message: string, code = 'INVALID') =>
    problems.push({ code, field: field.split('.'), message })
  const { level, daysSinceExposure, segmentTop } = request
  const { from, to } = windowOf(request, experiment)
  for (const key of unknown)
    problem('metrics', `There is no metric "${key}". The catalogue is the query "metrics".`, 'NOT_FOUND')
  problems.push(...adjustmentProblems(request, catalogue))
  problems.push(...lookProblems(request.looks, experiment))
  if (request.metrics?.length === 0) problem('metrics', 'An analysis needs at least one metric.')
  const twice = request.metrics?.find((key, index, all) => all.indexOf(key) !== index)
  if (twice !== undefined) problem('metrics', `The metric "${twice}" is named twice: it would count as two tests.`)
  if (level != null && !(level >= LEVELS.least && level <= LEVELS.greatest)) {
    problem('level', `The confidence level is from ${LEVELS.least} to ${LEVELS.greatest}, got ${level}.`)
  }
  if (daysSinceExposure != null && !(daysSinceExposure > 0)) {
    problem('daysSinceExposure', `The number of days is above 0, got ${daysSinceExposure}.`)
  }
  if (segmentTop != null && !(Number.isInteger(segmentTop) && segmentTop >= 1 && segmentTop <= 50)) {
    problem('segmentTop', `The number of segments is from 1 to 50, got ${segmentTop}.`)
  }
  if (from !== null && to !== null && to <= from) {
    const field = request.to == null ? 'from' : 'to'
    problem(field, `The window's end (${to.toISOString()}) must lie after its start (${from.toISOString()}).`)
  }
  problems.push(...decisionProblems(request.decision, metrics))
  request.methods?.forEach(({ metric, method }, index) => {
    const definition = metrics.find(({ key }) => key === metric)
    if (request.methods!.findIndex((one) => one.metric === metric) !== index) {
      problem(`methods.${index}.metric`, `"${metric}" has a method already.`)
    }
    if (definition === undefined) {
      problem(`methods.${index}.metric`, `"${metric}" is not among the metrics of this analysis.`, 'NOT_FOUND')
    } else if (!metricAnalyses[definition.kind].methods.includes(method)) {
      const allowed = metricAnalyses[definition.kind].methods.join(', ') || 'none but the default'
      problem(
        `methods.${index}.method`,
        `${method} does not fit "${metric}", a ${definition.kind.toLowerCase()}: ${allowed}.`,
      )
    }
  })
  return problems
}

/** The metrics of a request, with the part each plays in the experiment. */
export function metricDefinitions(
  request: RunAnalysisRequest,
  own: ExperimentMetric[],
  catalogue: Metric[],
): MetricDefinition[] {
  const chosen = request.metrics ?? own.map(({ metric }) => metric.key)
  return chosen.flatMap((key): MetricDefinition[] => {
    const mine = own.find(({ metric }) => metric.key === key)
    const metric = mine?.metric ?? catalogue.find((one) => one.key === key)
    if (metric === undefined) return []
    const { id, kind, numerator, denominator, goal, quantile } = metric
    const level = quantile === null ? {} : { quantile }
    return [{ id, key, kind, numerator, denominator, ...level, goal, role: mine?.role ?? 'SECONDARY' }]
  })
}

/** The time that is looked at: what the caller leaves open is the experiment's. */
function windowOf({ from, to }: RunAnalysisRequest, experiment: Experiment): { from: Date | null; to: Date | null } {
  return { from: from ?? experiment.startAt, to: to ?? experiment.endAt }
}

/** The window of questions that do not say any. */
export function usualWindowOf({ startAt, endAt }: Experiment): AnalysisSettings['window'] {
  return { from: startAt?.toISOString() ?? null, to: endAt?.toISOString() ?? null, daysSinceExposure: null }
}

export function settingsOf(request: RunAnalysisRequest, experiment: Experiment, catalogue: Metric[]): AnalysisSettings {
  const { from, to } = windowOf(request, experiment)
  return {
    level: request.level ?? 0.95,
    alternative: request.alternative ?? 'two-sided',
    correction: request.correction ?? 'BENJAMINI_HOCHBERG',
    ...(request.correctionFamily === 'PRIMARY_METRICS' ? { correctionFamily: request.correctionFamily } : {}),
    ...decisionSettingsOf(request.decision),
    methods: [...(request.methods ?? [])].sort((a, b) => (a.metric < b.metric ? -1 : 1)),
    segment:
      request.segmentBy == null
        ? null
        : { attribute: request.segmentBy, top: request.segmentTop ?? DEFAULT_SEGMENT_TOP },
    window: {
      from: from?.toISOString() ?? null,
      to: to?.toISOString() ?? null,
      daysSinceExposure: request.daysSinceExposure ?? null,
    },
    ...adjustmentSettings(request, catalogue),
    ...(request.timeseries ? { timeseries: true as const } : {}),
  }
}

/** The variants, the control first. */
export function orderedVariants(variants: Variant[]): AnalysisQuestion['variants'] {
  const ordered = [...variants].sort(
    (a, b) => Number(b.role === 'CONTROL') - Number(a.role === 'CONTROL') || a.position - b.position,
  )
  return ordered.map(({ id, trafficSplit }) => ({ id, trafficSplit }))
}

export function planOf({ metrics, variants, settings }: AnalysisQuestion): AggregationPlan {
  return planAnalysis(
    metrics,
    variants.map(({ id }) => id),
    settings,
  )
}

/** Hash of everything that the answer depends on. */
export function resultKeyOf(question: AnalysisQuestion): string {
  const parts = { ...question, plan: planOf(question), statisticsVersion: STATISTICS_VERSION }
  return createHash('sha256').update(stringify(parts)).digest('hex')
}
