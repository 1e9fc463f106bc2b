import type { MetricDefinition } from '../metric-definition.ts'
import { mean } from './mean.ts'
import type { MetricAnalysis } from './metric-analysis.ts'
import { proportion } from './proportion.ts'
import { quantile } from './quantile.ts'
import { ratio } from './ratio.ts'

/** How each kind of metric is analysed. */
export const metricAnalyses: Record<MetricDefinition['kind'], MetricAnalysis> = {
  PROPORTION: proportion,
  MEAN: mean,
  RATIO: ratio,
  QUANTILE: quantile,
}
