import type {
  Analysis,
  Batch,
  BatchStatus,
  Correction,
  DecisionVerdict,
  EffectSizeName,
  ExperimentStatus,
  FileFormat,
  HealthVerdict,
  Method,
  MetricKind,
  MetricRole,
} from '@fairlift/sdk'

/** What the codes of the server are called on the pages. */
export const statusNames: Record<ExperimentStatus, string> = {
  DRAFT: 'Draft',
  RUNNING: 'Running',
  STOPPED: 'Stopped',
  ARCHIVED: 'Archived',
}

export const verdictNames: Record<DecisionVerdict, string> = {
  SHIP: 'Ship',
  DO_NOT_SHIP: 'Do not ship',
  KEEP_RUNNING: 'Keep running',
  INCONCLUSIVE: 'Inconclusive',
  WITHHELD: 'No verdict yet',
}

export type Tone = 'good' | 'bad' | 'care' | 'unclear'

export const verdictTones: Record<DecisionVerdict, Tone> = {
  SHIP: 'good',
  DO_NOT_SHIP: 'bad',
  KEEP_RUNNING: 'care',
  INCONCLUSIVE: 'unclear',
  WITHHELD: 'care',
}

export const healthNames: Record<HealthVerdict, string> = { PASS: 'Passed', WARN: 'Worth a look', FAIL: 'Failed' }

export const roleNames: Record<MetricRole, string> = {
  PRIMARY: 'Primary',
  SECONDARY: 'Secondary',
  GUARDRAIL: 'Guardrail',
}

export const kindNames: Record<MetricKind, string> = {
  PROPORTION: 'share of users',
  MEAN: 'average per user',
  RATIO: 'ratio of two totals',
  QUANTILE: 'quantile',
}

export const methodNames: Record<Method, string> = {
  CHI_SQUARE: 'Chi-square test',
  FISHER_EXACT: 'Fisher’s exact test',
  WELCH_T: 'Welch’s t test',
  MANN_WHITNEY: 'Mann–Whitney rank test',
  RATIO_DELTA: 'Delta method for ratios',
  QUANTILE_ORDER_STATISTICS: 'Quantiles by order statistics',
  CUPED: 'Welch’s t test, adjusted by the time before (CUPED)',
}

export const effectSizeNames: Record<EffectSizeName, string> = {
  COHENS_D: 'Cohen’s d',
  COHENS_H: 'Cohen’s h',
  HEDGES_G: 'Hedges’ g',
  RISK_DIFFERENCE: 'Risk difference',
  ODDS_RATIO: 'Odds ratio',
}

export const correctionNames: Record<Correction, string> = {
  BENJAMINI_HOCHBERG: 'Benjamini–Hochberg',
  BENJAMINI_YEKUTIELI: 'Benjamini–Yekutieli',
  HOLM: 'Holm',
  HOCHBERG: 'Hochberg',
  BONFERRONI: 'Bonferroni',
  NONE: 'no correction',
}

type LiftFactorName = NonNullable<Analysis['decomposition'][number]['factors'][number]['name']>

export const factorNames: Record<LiftFactorName, string> = {
  CONVERSION: 'Share of users who bought',
  ORDERS_PER_BUYER: 'Orders per buyer',
  AVERAGE_ORDER_VALUE: 'Average order value',
}

export const formatNames: Record<FileFormat, string> = {
  CSV: 'CSV',
  TSV: 'TSV',
  NDJSON: 'NDJSON',
  JSON: 'JSON',
  PARQUET: 'Parquet',
}

const batchNames: Record<BatchStatus, string> = {
  RECEIVED: 'Waiting',
  PROCESSING: 'Being read',
  LANDED: 'In the data',
  QUARANTINED: 'Held back',
  FAILED: 'Not readable',
}

const batchTones: Record<BatchStatus, Tone> = {
  RECEIVED: 'unclear',
  PROCESSING: 'unclear',
  LANDED: 'good',
  QUARANTINED: 'care',
  FAILED: 'bad',
}

/** What has become of a batch, in words: of one whose job was cancelled, that is what there is to say. */
export function batchState({ status, job }: Pick<Batch, 'status' | 'job'>): { name: string; tone: Tone } {
  const isOpen = status === 'RECEIVED' || status === 'PROCESSING'
  if (isOpen && job?.status === 'CANCELLED') return { name: 'Cancelled', tone: 'unclear' }
  if (isOpen && job?.status === 'FAILED') return { name: 'Not read', tone: 'bad' }
  return { name: batchNames[status], tone: batchTones[status] }
}

/** SAMPLE_RATIO_MISMATCH as "Sample ratio mismatch": for codes that have no name here. */
export function wordsOfCode(code: string): string {
  const words = code.toLowerCase().replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
