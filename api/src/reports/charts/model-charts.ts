import type { ChartedModel } from './charted-model.ts'
import { calibration } from './calibration.ts'
import type { Chart } from './chart.ts'

/** All charts of a model. What it has no data for is not among them. */
export function modelCharts(card: ChartedModel): Chart[] {
  return [calibration(card)].filter((chart) => chart !== null)
}
