import type { Needs } from '../../engine/merge-plans.ts'
import type { InferenceOptions } from '../../stats/inference-options.ts'
import type { Arm } from '../arm.ts'
import type { MetricDefinition } from '../metric-definition.ts'
import type { Comparison } from '../result-row.ts'
import type { MethodOverride } from '../settings.ts'

export interface ComparisonOptions {
  /** Level and alternative. Not mixed with the method: some tests have an option of that name, which means another thing. */
  inference: InferenceOptions
  /** Replaces the default method. */
  method?: MethodOverride
  /** Only the effects and their intervals are wanted: what else takes time may be left out. */
  effectsOnly?: true
}

/** One kind of metric: what it needs from the data, and how two variants are compared by it. */
export interface MetricAnalysis {
  needs(metric: MetricDefinition): Needs
  compare(metric: MetricDefinition, control: Arm, treatment: Arm, options: ComparisonOptions): Comparison
  /** The methods that may replace the default one. */
  methods: MethodOverride[]
}
