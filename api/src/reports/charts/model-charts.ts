import { calibration } from './calibration.ts'
import type { Chart } from './chart.ts'
import type { ChartedModel } from './charted-model.ts'
import { importance } from './importance.ts'
import { qini } from './qini.ts'

/** All charts of a model. What it has no data for is not among them. */
export function modelCharts(card: ChartedModel): Chart[] {
  return [importance(card), calibration(card), ...qini(card)].filter((chart) => chart !== null)
}
