import { DEFAULT_HORIZON_DAYS, DEFAULT_MINIMUM_LIFT } from '../../analysis/decision-rules.ts'
import type { AnalysisSettings } from '../../analysis/settings.ts'
import { countText, decimalText, levelText, wholeText } from '../number-text.ts'

const corrections: Record<AnalysisSettings['correction'], string> = {
  BENJAMINI_HOCHBERG: 'Benjamini and Hochberg',
  BENJAMINI_YEKUTIELI: 'Benjamini and Yekutieli',
  HOLM: 'Holm',
  HOCHBERG: 'Hochberg',
  BONFERRONI: 'Bonferroni',
  NONE: 'not adjusted',
}

const sides = { 'two-sided': 'both directions', greater: 'only whether greater', less: 'only whether less' }

/** What the analysis was asked with, as name and value. Defaults are told too. */
export function settingsLines(settings: AnalysisSettings): [name: string, value: string][] {
  const { level, alternative, correction, correctionFamily, decision = {}, methods, segment, window } = settings
  const { minimumLift = DEFAULT_MINIMUM_LIFT, guardrailMargins = [], horizonDays = DEFAULT_HORIZON_DAYS } = decision
  const margins = guardrailMargins.map(({ metric, margin }) => `${metric}: ${levelText(margin)}`).join(', ')
  return [
    ['Level', `${levelText(level)}, ${sides[alternative]}`],
    [
      'Several tests',
      correction === 'NONE'
        ? 'not adjusted'
        : `${corrections[correction]}, ${correctionFamily === 'PRIMARY_METRICS' ? 'primary and other metrics apart' : 'all metrics together'}; segments apart`,
    ],
    ['Early looks', looksText(settings.looks)],
    ['Exposures from', window.from ?? 'the first'],
    ['Events until', window.to ?? 'the last'],
    ['Days since exposure', window.daysSinceExposure === null ? 'all' : countText(window.daysSinceExposure, 'day')],
    [
      'Segments',
      segment === null ? 'none' : `${segment.attribute}, the ${wholeText(segment.top)} largest and the others together`,
    ],
    [
      'Methods by choice',
      methods.length === 0 ? 'none' : methods.map(({ metric, method }) => `${metric}: ${wordsOf(method)}`).join(', '),
    ],
    [
      'Less noise',
      settings.varianceReduction === undefined
        ? 'no covariates'
        : `CUPED, by ${settings.varianceReduction.covariates?.map(({ metric }) => metric).join(', ') ?? 'each metric’s own value before'}`,
    ],
    ['Extreme values', winsorizationText(settings.winsorization)],
    [
      'Interval of the lift',
      settings.liftInterval === undefined ? 'the one that goes with the test' : wordsOf(settings.liftInterval),
    ],
    ['Posterior', settings.bayesian === undefined ? 'none' : 'shown beside the tests; it decides nothing'],
    ['Least lift that matters', levelText(minimumLift)],
    ['Margins of guardrails', margins === '' ? 'none' : margins],
    ['Revenue over', countText(horizonDays, 'day')],
  ]
}

function looksText(looks: AnalysisSettings['looks']): string {
  if (looks === undefined) return 'not allowed for: one look, at the planned end'
  if (looks.kind === 'ALWAYS_VALID') return `always valid, narrowest at ${wholeText(looks.tunedFor)} users`
  return `group-sequential, ${wholeText(looks.plannedUnits)} users planned, look ${looks.earlierFractions.length + 1}${looks.isLast ? ', the last' : ''}`
}

function winsorizationText(chosen: AnalysisSettings['winsorization']): string {
  if (chosen === undefined) return 'as they are'
  const { upperPercentile, lowerPercentile, cap } = chosen
  if (cap !== null) return `sums above ${decimalText(cap)} count as that`
  const ends = [
    ...(lowerPercentile === null ? [] : [`below the ${levelText(lowerPercentile)} point`]),
    ...(upperPercentile === null ? [] : [`above the ${levelText(upperPercentile)} point`]),
  ]
  return `cut ${ends.join(' and ')}, at the same height in every variant`
}

/** SAMPLE_RATIO_MISMATCH as “Sample ratio mismatch”. */
export function wordsOf(code: string): string {
  const words = code.toLowerCase().replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
