import type { ResultRow } from '../../analysis/result-row.ts'
import type { ChartedAnalysis, ChartedMetric } from './charted-analysis.ts'

/** Analyses to draw in tests: every kind of answer that there is, however odd. */
export function metric(key: string, about: Partial<ChartedMetric> = {}): ChartedMetric {
  return {
    ...{ id: key, key, name: key, kind: 'MEAN', format: 'CURRENCY', role: 'SECONDARY', goal: 'INCREASE' },
    ...{ numerator: { eventTypes: ['purchase'], aggregation: 'sum' }, denominator: null },
    ...about,
  }
}

export function effect(
  estimate: number | null,
  lower: number | null,
  upper: number | null,
): NonNullable<ResultRow['effect']> {
  const kind = lower === null && upper === null ? 'wholeLine' : 'interval'
  return { estimate, standardError: null, confidenceInterval: { kind, lower, upper, level: 0.95 } }
}

/** A lift of which only a gap is ruled out. */
export function gapped(estimate: number, lower: number, upper: number): NonNullable<ResultRow['effect']> {
  const gap = { lower, upper }
  return {
    ...{ estimate, standardError: null },
    confidenceInterval: { kind: 'complement', lower: null, upper: null, level: 0.95, gap },
  }
}

export function resultRow(metricId: string, about: Partial<ResultRow> = {}): ResultRow {
  const arm = { n: 1000, mean: 0.1, standardDeviation: 1, total: 100, denominatorTotal: null }
  return {
    ...{ metricId, metricKey: metricId, controlId: 'control', treatmentId: 'treatment', segment: null },
    ...{ method: 'WELCH_T', methodReason: '', control: arm, treatment: { ...arm, mean: 0.12, total: 120 } },
    ...{ effect: effect(0.02, -0.01, 0.05), relativeEffect: effect(0.2, -0.1, 0.5), relativeNotComputable: null },
    ...{ statistic: 1, degreesOfFreedom: 1998, pValue: 0.2, log10PValue: Math.log10(0.2), adjustedPValue: 0.3 },
    ...{ correction: 'BENJAMINI_HOCHBERG', family: 'all metrics', familySize: 3, isSignificant: false },
    ...{ adjustedEffect: null, adjustedRelativeEffect: null, adjustments: [], minimumDetectableEffect: null },
    ...{ effectSize: null, effectSizes: [], rank: null, notComputable: null, notes: [] },
    ...about,
  }
}

export function chartedAnalysis(about: Partial<ChartedAnalysis> = {}): ChartedAnalysis {
  return {
    metrics: [metric('conversion', { role: 'PRIMARY', format: 'PERCENT', kind: 'PROPORTION' }), metric('revenue')],
    variants: [
      { id: 'control', name: 'Control' },
      { id: 'treatment', name: 'Green button' },
    ],
    rows: [resultRow('conversion'), resultRow('revenue')],
    settings: {
      ...{ level: 0.95, alternative: 'two-sided', correction: 'BENJAMINI_HOCHBERG', methods: [], segment: null },
      window: { from: null, to: null, daysSinceExposure: null },
    },
    ...{ currency: 'EUR', standing: 'final', timeseries: null, distributions: [] },
    ...about,
  }
}
