import { type Needs, mergePlans } from '../engine/merge-plans.ts'
import { combineGroups } from '../engine/merge-aggregates.ts'
import { emptyGroup } from '../engine/groups.ts'
import type { Aggregates, AggregationPlan, Cells, Group } from '../engine/plan.ts'
import type { Arm } from './arm.ts'
import { compareArms } from './compare-arms.ts'
import { adjustFamilies, type ComparedRow } from './adjust-families.ts'
import { balanceNeeds } from './health/balance.ts'
import { decompositionNeeds } from './decomposition.ts'
import { effectSizesOf } from './effect-sizes.ts'
import { type LookRule, lookRules } from './looks.ts'
import type { MetricDefinition } from './metric-definition.ts'
import { metricAnalyses } from './metrics/index.ts'
import type { ComparisonOptions } from './metrics/metric-analysis.ts'
import type { ResultRow, UnadjustedRow } from './result-row.ts'
import type { AnalysisSettings } from './settings.ts'
import { covariateNeeds } from './variance-reduction.ts'
import type { CappedAggregates, MeasureCap } from './winsorization.ts'

/** What an analysis needs from the data, merged from what its metrics declare. */
export function planAnalysis(
  metrics: MetricDefinition[],
  variants: string[],
  settings: AnalysisSettings,
): AggregationPlan {
  const { varianceReduction } = settings
  const needs: Needs[] = metrics.flatMap((metric) => [
    metricAnalyses[metric.kind].needs(metric),
    balanceNeeds(metric),
    ...(varianceReduction === undefined ? [] : covariateNeeds(metric, varianceReduction)),
  ])
  const segments = settings.segment === null ? [] : [settings.segment.attribute]
  needs.push(...decompositionNeeds(metrics))
  return mergePlans(needs, { variants, segments, window: settings.window })
}

/**
 * All result rows of an analysis: every metric and treatment against the control, over all users and then by segment,
 * with p-values adjusted within each of the two families.
 *
 * @param plan as made by planAnalysis; its first variant is the control
 */
export function analyseExperiment(
  metrics: MetricDefinition[],
  plan: AggregationPlan,
  aggregates: CappedAggregates,
  settings: AnalysisSettings,
): ResultRow[] {
  const caps = aggregates.caps ?? null
  const rules = lookRules(settings, aggregates.quality.exposedUnits)
  const rows = slicesOf(plan, aggregates, settings).flatMap((slice) =>
    metrics.flatMap((metric) =>
      plan.variants.slice(1).map((_, index): ComparedRow => {
        const look = rules?.(slice.arms[0]!.group.n + slice.arms[index + 1]!.group.n)
        return {
          row: compare(metric, plan, slice, index + 1, settings, { look, caps }),
          role: metric.role,
          atLevel: (level) =>
            compare(metric, plan, slice, index + 1, { ...settings, level }, { look, caps, effectsOnly: true }),
        }
      }),
    ),
  )
  return adjustFamilies(rows, settings)
}

/**
 * The rows over all users, as analyseExperiment compares them, without what goes beyond an effect and its test: segments,
 * allowance for the number of tests, effect sizes, and the rank test beside the test of means.
 */
export function analyseEffects(
  metrics: MetricDefinition[],
  plan: AggregationPlan,
  aggregates: Pick<Aggregates, 'groups' | 'cells'>,
  settings: AnalysisSettings,
): UnadjustedRow[] {
  const [all] = slicesOf(plan, aggregates, { ...settings, segment: null })
  return metrics.flatMap((metric) =>
    plan.variants.slice(1).map((_, index) => compare(metric, plan, all!, index + 1, settings, { effectsOnly: true })),
  )
}

/** The users that a set of rows is about. */
interface Slice {
  segment: ResultRow['segment']
  /** One a variant; those of segments have no distributions. */
  arms: Arm[]
}

/** All users, then the largest segments, then what is left of the others together. */
function slicesOf(
  plan: AggregationPlan,
  { groups, cells }: Pick<Aggregates, 'groups' | 'cells'>,
  { segment }: AnalysisSettings,
): Slice[] {
  const armsOf = (own: Group[], distributions: Cells[] = []): Arm[] =>
    plan.variants.map((_, variant) => ({
      plan,
      group: own.find((group) => group.variant === variant) ?? emptyGroup(plan, variant, null),
      cells: distributions.filter((one) => one.variant === variant),
    }))
  const all = groups.filter((group) => group.segment === null)
  const slices: Slice[] = [{ segment: null, arms: armsOf(all, cells) }]
  if (segment === null) return slices
  const levels = new Map<string | null, Group[]>()
  for (const group of groups) {
    if (group.segment === null) continue
    levels.set(group.segment.value, [...(levels.get(group.segment.value) ?? []), group])
  }
  const size = (own: Group[]) => own.reduce((sum, { n }) => sum + n, 0)
  const ranked = [...levels].sort(([, a], [, b]) => size(b) - size(a))
  for (const [value, own] of ranked.slice(0, segment.top)) {
    slices.push({ segment: { attribute: segment.attribute, value, isOther: false }, arms: armsOf(own) })
  }
  const rest = ranked.slice(segment.top).flatMap(([, own]) => own)
  if (rest.length > 0) {
    const merged = plan.variants.map((_, variant) =>
      rest
        .filter((group) => group.variant === variant)
        .reduce((sum, group) => combineGroups(plan, sum, group), emptyGroup(plan, variant, null)),
    )
    slices.push({ segment: { attribute: segment.attribute, value: null, isOther: true }, arms: armsOf(merged) })
  }
  return slices
}

interface CompareOptions {
  /** How the row allows for looks before the end; undefined: not at all. */
  look?: LookRule | undefined
  caps?: readonly (MeasureCap | null)[] | null
  effectsOnly?: boolean
}

function compare(
  metric: MetricDefinition,
  plan: AggregationPlan,
  { segment, arms }: Slice,
  treatment: number,
  settings: AnalysisSettings,
  { look, caps = null, effectsOnly = false }: CompareOptions,
): UnadjustedRow {
  const { level, alternative, methods } = settings
  const override = methods.find((one) => one.metric === metric.key)?.method
  // A test that looks for gains only cannot see a guardrail get worse.
  const isWidened = metric.role === 'GUARDRAIL' && alternative !== 'two-sided'
  const tested = isWidened ? 'two-sided' : alternative
  const options: ComparisonOptions = {
    inference: look?.inference(level, tested) ?? { level, alternative: tested },
    ...(override === undefined ? {} : { method: override }),
    ...(effectsOnly ? { effectsOnly } : {}),
  }
  const comparison = compareArms(metric, arms, treatment, options, settings, caps)
  const [controlId, treatmentId] = [plan.variants[0]!, plan.variants[treatment]!]
  const notes = isWidened ? ['Guardrails are tested in both directions.'] : []
  const row: UnadjustedRow = {
    ...{ metricId: metric.id, metricKey: metric.key, controlId, treatmentId, segment },
    ...comparison,
    effectSizes: [],
    adjustments: comparison.adjustments ?? [],
    notes: [...comparison.notes, ...notes],
  }
  const read = look?.read(row, level, tested) ?? row
  return effectsOnly ? read : { ...read, effectSizes: effectSizesOf(metric.kind, read) }
}
