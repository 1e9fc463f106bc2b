import type { Chart } from './chart.ts'
import type { ChartedAnalysis } from './charted-analysis.ts'
import { liftIntervals } from './lift-intervals.ts'
import { liftsOverTime } from './lift-over-time.ts'
import { pValues } from './p-values.ts'
import { powerCurve } from './power-curve.ts'
import { segments } from './segments.ts'
import { valueDistributions } from './value-distributions.ts'
import { variantValues } from './variant-values.ts'

/** All charts of an analysis, in the order in which they are looked at. What it has no data for is not among them. */
export function analysisCharts(analysis: ChartedAnalysis): Chart[] {
  return [
    liftIntervals(analysis),
    ...variantValues(analysis),
    ...valueDistributions(analysis),
    ...liftsOverTime(analysis),
    segments(analysis),
    pValues(analysis),
    powerCurve(analysis),
  ].filter((chart) => chart !== null)
}
