import { positionOf } from '../engine/merge-plans.ts'
import type { Arm } from './arm.ts'
import { armEstimate } from './arm-estimates.ts'
import { withLiftInterval } from './lift-interval.ts'
import type { MetricDefinition } from './metric-definition.ts'
import { metricAnalyses } from './metrics/index.ts'
import type { ComparisonOptions } from './metrics/metric-analysis.ts'
import { posteriorOf } from './posterior.ts'
import type { Comparison } from './result-row.ts'
import type { AnalysisSettings } from './settings.ts'
import { adjustByCovariates, type Adjusted } from './variance-reduction.ts'
import { capText, type MeasureCap } from './winsorization.ts'

/**
 * A treatment against the control by a metric, with all that the settings ask for beside the metric's own test:
 * covariates, another interval of the lift, a posterior, and what was done to the values.
 *
 * @param arms all variants, the control first
 * @param caps bounds of the plan's measures, by position; null where values were not capped
 */
export function compareArms(
  metric: MetricDefinition,
  arms: Arm[],
  treatment: number,
  options: ComparisonOptions,
  settings: AnalysisSettings,
  caps: readonly (MeasureCap | null)[] | null,
): Comparison {
  const { varianceReduction, liftInterval, bayesian, winsorization } = settings
  const [control, treated] = [arms[0]!, arms[treatment]!]
  const plain = metricAnalyses[metric.kind].compare(metric, control, treated, options)
  const capped =
    winsorization === undefined || caps === null
      ? plain
      : { ...plain, adjustments: [...(plain.adjustments ?? []), ...capTexts(metric, control, caps, winsorization)] }
  const { comparison, estimates }: Adjusted =
    varianceReduction === undefined
      ? { comparison: capped, estimates: null }
      : adjustByCovariates(metric, arms, treatment, capped, options.inference, varianceReduction)
  const own = () => {
    const [c, t] = [armEstimate(control, metric), armEstimate(treated, metric)]
    return c === null || t === null ? null : { control: c, treatment: t }
  }
  const shown = liftInterval === undefined ? null : (estimates ?? own())
  const result =
    liftInterval === undefined
      ? comparison
      : withLiftInterval(comparison, liftInterval, shown?.control ?? null, shown?.treatment ?? null, options.inference)
  if (bayesian === undefined || options.effectsOnly) return result
  const isRank = comparison.method === 'MANN_WHITNEY'
  const believed = estimates ?? (metric.kind === 'PROPORTION' || isRank ? null : own())
  const level = options.inference.level ?? settings.level
  return { ...result, posterior: isRank ? null : posteriorOf(metric, arms, treatment, believed, level, bayesian) }
}

function capTexts(
  { numerator, denominator }: MetricDefinition,
  { plan }: Arm,
  caps: readonly (MeasureCap | null)[],
  settings: NonNullable<AnalysisSettings['winsorization']>,
): string[] {
  const parts =
    denominator === null
      ? [['values', numerator]]
      : [
          ['numerator', numerator],
          ['denominator', denominator],
        ]
  return (parts as [string, typeof numerator][])
    .filter(([, { aggregation }]) => aggregation !== 'any')
    .map(([name, measure]) => capText(name, caps[positionOf(plan.measures, measure)] ?? null, settings))
}
