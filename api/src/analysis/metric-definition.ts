import type { Measure } from '../engine/plan.ts'

/** A metric as analyses see it. */
export interface MetricDefinition {
  id: string
  key: string
  kind: 'PROPORTION' | 'MEAN' | 'RATIO' | 'QUANTILE'
  numerator: Measure
  /** Ratio metrics only. */
  denominator: Measure | null
  /** Quantile metrics only: in (0, 1). */
  quantile?: number
  /** The direction that is good for the shop. */
  goal: 'INCREASE' | 'DECREASE'
  role: 'PRIMARY' | 'SECONDARY' | 'GUARDRAIL'
}
