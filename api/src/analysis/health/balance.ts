import type { Needs } from '../../engine/merge-plans.ts'
import type { Aggregates, AggregationPlan, Measure } from '../../engine/plan.ts'
import { holm } from '../../stats/holm.ts'
import type { MetricDefinition } from '../metric-definition.ts'
import { metricAnalyses } from '../metrics/index.ts'
import { check, type HealthCheck } from './health-check.ts'

/** Below these the variants' users differed before they saw anything: worth a look, and a sign of a broken assignment. */
const WARN_BELOW = 0.01
const FAIL_BELOW = 0.001

/** What the balance of a metric needs: its measures before the first exposure. */
export function balanceNeeds(metric: MetricDefinition): Needs {
  const { measures, pairs } = metricAnalyses[metric.kind].needs(beforeExposure(metric))
  return { measures, ...(pairs === undefined ? {} : { pairs }) }
}

/** The metric as it was before the first exposure. */
function beforeExposure(metric: MetricDefinition): MetricDefinition {
  const early = (measure: Measure): Measure => ({ ...measure, before: true })
  const { numerator, denominator } = metric
  return { ...metric, numerator: early(numerator), denominator: denominator && early(denominator) }
}

/**
 * Whether the variants' users were alike before their first exposure: each metric is tested on what they did until then,
 * and the smallest p-value decides, adjusted for the number of tests (Holm).
 */
export function balanceCheck(
  metrics: MetricDefinition[],
  plan: AggregationPlan,
  { groups }: Aggregates,
  hasHistory: boolean,
): HealthCheck {
  const name = 'BALANCE_BEFORE_EXPOSURE'
  const arms = plan.variants.map((_, variant) => ({
    plan,
    group: groups.find((group) => group.segment === null && group.variant === variant),
    cells: [],
  }))
  const tests = metrics.flatMap((metric) =>
    arms.slice(1).flatMap((treatment) => {
      const [control] = arms
      if (control?.group === undefined || treatment.group === undefined) return []
      const { pValue, relativeEffect } = metricAnalyses[metric.kind].compare(
        beforeExposure(metric),
        { ...control, group: control.group },
        { ...treatment, group: treatment.group },
        { inference: {}, effectsOnly: true },
      )
      return pValue === null ? [] : [{ metric, pValue, lift: relativeEffect?.estimate ?? null }]
    }),
  )
  if (!hasHistory || tests.length === 0) {
    return check(name, {
      verdict: 'PASS',
      message: 'There are no events from before the first exposures to compare the variants by.',
    })
  }
  const adjusted = holm(tests.map(({ pValue }) => pValue))
  const least = Math.min(...adjusted)
  const worst = tests[adjusted.indexOf(least)]!
  const common = { pValue: least, count: tests.length }
  if (least >= WARN_BELOW) {
    return check(name, {
      ...common,
      verdict: 'PASS',
      message: `Before their first exposure the variants’ users were alike, by ${tests.length} ${tests.length === 1 ? 'test' : 'tests'} together.`,
    })
  }
  const size = worst.lift === null ? '' : ` by ${(worst.lift * 100).toFixed(1)}%`
  return check(name, {
    ...common,
    verdict: least < FAIL_BELOW ? 'FAIL' : 'WARN',
    message: `Before they saw anything the variants’ users differed in "${worst.metric.key}"${size}: an effect would be theirs and not the treatment’s.`,
    action:
      'Look for an assignment that depends on what users did, for exposures that are logged later in one variant, and for an earlier experiment that still works on them.',
  })
}
