import type { CreateExperimentInput } from '@fairlift/sdk'
import { sampleExperiment } from './sample-experiment.ts'

/** The sample experiment as the demo creates it. */
export function sampleInput(): CreateExperimentInput {
  const { variants, metrics, ...described } = sampleExperiment
  return {
    ...described,
    currency: 'EUR',
    variants: variants.map(({ name, trafficSplit }, place) => ({
      key: name,
      role: place === 0 ? 'CONTROL' : 'TREATMENT',
      trafficSplit,
    })),
    metrics: metrics.map((key, place) => ({ key, role: place === 0 ? 'PRIMARY' : 'SECONDARY' })),
  }
}
