import type { Chart } from './chart.ts'
import type { ChartedAnalysis } from './charted-analysis.ts'
import { liftIntervals } from './lift-intervals.ts'

/** All charts of an analysis, in the order in which they are looked at. What it has no data for is not among them. */
export function analysisCharts(analysis: ChartedAnalysis): Chart[] {
  return [liftIntervals(analysis)].filter((chart) => chart !== null)
}
