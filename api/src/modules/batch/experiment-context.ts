import type { ExperimentContext } from '../../ingest/contract.ts'
import type { Experiment, Variant } from '../experiment/experiment.service.ts'
import type { ExperimentMetric } from '../metric/metric.service.ts'

/** What checking events needs to know of their experiment. */
export function experimentContext(
  experiment: Experiment,
  variants: Variant[],
  metrics: ExperimentMetric[],
): ExperimentContext {
  const measures = metrics
    .flatMap(({ metric }) => [metric.numerator, metric.denominator])
    .filter((measure) => measure !== null)
  const summed = measures.filter(({ aggregation }) => aggregation === 'sum').flatMap(({ eventTypes }) => eventTypes)
  return {
    id: experiment.id,
    key: experiment.key,
    variants: variants.map(({ id, key, name }) => ({ id, key, name })),
    startAt: experiment.startAt?.toISOString() ?? null,
    endAt: experiment.endAt?.toISOString() ?? null,
    summedEventTypes: [...new Set(summed)].sort(),
  }
}
