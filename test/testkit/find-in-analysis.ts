import type { Analysis, HealthCheck, MetricResult } from '@fairlift/sdk'

/** The row of a metric over all users: of the treatment named, or the first. Throws where there is none. */
export function rowOf(analysis: Analysis, metric: string, treatment?: string): MetricResult {
  const row = analysis.results.find(
    (one) => one.metric.key === metric && (treatment === undefined || one.treatment.key === treatment),
  )
  if (row === undefined) throw new Error(`The analysis has no row of "${metric}" for ${treatment ?? 'any treatment'}.`)
  return row
}

/** A health check by its name. Throws where it was not made. */
export function checkOf({ health }: Analysis, name: string): HealthCheck {
  const check = health.find((one) => one.name === name)
  if (check === undefined) throw new Error(`There is no health check ${name}.`)
  return check
}

/** All that the rows of an analysis say, by segment too, without the ids of its experiment. */
export function numbersOf({ results, segments }: Analysis): object[] {
  return [...results, ...segments].map(({ id: _, metric, control, treatment, ...row }) => ({
    ...row,
    metric: metric.key,
    control: control.key,
    treatment: treatment.key,
  }))
}
