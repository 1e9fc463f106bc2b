import type { GeneratorOptions } from './generate.ts'

/** The experiment that `sample_events.csv` is the log of. */
export const sampleExperiment = {
  key: 'sample-checkout',
  name: 'One-page checkout',
  hypothesis: 'Showing the whole checkout on one page lets more visitors finish their order.',
  variants: [
    { name: 'control', trafficSplit: 0.5 },
    { name: 'treatment', trafficSplit: 0.5 },
  ],
  /** The window, UTC: from the first instant of June 1 up to, not including, the first of June 29. */
  startAt: '2026-06-01T00:00:00.000Z',
  endAt: '2026-06-29T00:00:00.000Z',
  metrics: ['conversion', 'revenue_per_visitor', 'average_order_value'],
} as const

/** What `sample_events.csv` was made with, for `truthOf` and `tallyOf`. */
export const sampleOptions: GeneratorOptions = {
  events: 20_000,
  seed: '56',
  liftConversion: 0.18,
  liftOrderValue: 0.03,
  badRows: 0.0009,
  duplicates: 0.002,
  bots: 0.0006,
  start: '2026-06-01',
  days: 28,
}
