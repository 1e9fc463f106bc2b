import type { Analysis, Spending } from '@fairlift/sdk'
import { confidence, decimal, integer, signedPercent } from './format-number.ts'
import { correctionNames, methodNames } from './plain-words.ts'

type Settings = Analysis['settings']

/** A choice that an analysis was made with, in words. */
export interface Choice {
  name: string
  value: string
}

const sides = { TWO_SIDED: 'both directions', GREATER: 'only whether greater', LESS: 'only whether less' } as const

export const spendingNames: Record<Spending, string> = {
  OBRIEN_FLEMING: 'O’Brien–Fleming',
  POCOCK: 'Pocock',
  HWANG_SHIH_DECANI: 'Hwang–Shih–DeCani',
}

/** What makes an analysis other than the standard one, in a few words. Null: nothing does. */
export function settingsInBrief(
  settings: Settings,
  window: { startAt: string | null; endAt: string | null },
): string | null {
  const { segmentBy, from, to, daysSinceExposure, level, alternative, correction, looks, methods } = settings
  const said = [
    segmentBy === null ? null : `by ${segmentBy}`,
    from === window.startAt && to === window.endAt && daysSinceExposure === null ? null : 'part of the time',
    level === 0.95 ? null : `${confidence(level)} confidence`,
    alternative === 'TWO_SIDED' ? null : 'one-sided',
    correction === 'BENJAMINI_HOCHBERG' ? null : correctionNames[correction],
    looks.kind === 'FIXED' ? null : looks.kind === 'ALWAYS_VALID' ? 'always-valid' : 'group-sequential',
    settings.varianceReduction?.kind === 'CUPED' ? 'CUPED' : null,
    settings.winsorization === null ? null : 'winsorized',
    settings.bayesian === null ? null : 'posteriors',
    methods.length === 0 ? null : 'methods by choice',
  ].filter((part) => part !== null)
  return said.length === 0 ? null : said.join(', ')
}

/** How the tests of an analysis were made. What is usual is told too where it changes what a p-value means. */
export function describeSettings(settings: Settings): Choice[] {
  const { alternative, level, methods, winsorization, bayesian, liftInterval } = settings
  return [
    { name: 'Tested', value: `${sides[alternative]}, at ${confidence(level)} confidence` },
    { name: 'Several tests', value: correctionText(settings) },
    { name: 'Early looks', value: looksText(settings.looks) },
    ...methods.map(({ metric, method }) => ({
      name: `Method of ${metric}`,
      value: `${methodNames[method]}, by choice`,
    })),
    ...varianceReductionChoice(settings.varianceReduction),
    ...(winsorization === null ? [] : [{ name: 'Extreme values', value: winsorizationText(winsorization) }]),
    ...(liftInterval === 'DEFAULT'
      ? []
      : [{ name: 'Interval of the lift', value: liftInterval === 'DELTA' ? 'delta method' : 'log transform' }]),
    ...(bayesian === null ? [] : [{ name: 'Belief before the data', value: priorText(bayesian) }]),
    { name: 'Decision', value: decisionText(settings.decision) },
  ]
}

function correctionText({ correction, correctionFamily }: Settings): string {
  if (correction === 'NONE') return 'not adjusted'
  const family = correctionFamily === 'PRIMARY_METRICS' ? 'primary and other metrics apart' : 'all metrics together'
  return `${correctionNames[correction]}, ${family}; segments apart`
}

function looksText({ kind, spending, gamma, plannedUnits, earlierFractions, tunedFor }: Settings['looks']): string {
  if (kind === 'FIXED') return 'not allowed for: one look, at the planned end'
  if (kind === 'ALWAYS_VALID') return `allowed at any time, intervals narrowest at ${integer(tunedFor ?? 0)} users`
  const name = spending === null ? '' : `${spendingNames[spending]}${gamma === null ? '' : ` (${decimal(gamma)})`}, `
  const number = (earlierFractions?.length ?? 0) + 1
  return `group-sequential, ${name}look ${number} of a design for ${integer(plannedUnits ?? 0)} users`
}

function varianceReductionChoice(chosen: Settings['varianceReduction']): Choice[] {
  if (chosen === null || chosen.kind === 'NONE') return []
  const by = chosen.covariates === null ? 'each metric’s own value' : chosen.covariates.join(', ')
  return [{ name: 'Less noise', value: `adjusted by the time before exposure (CUPED): ${by}` }]
}

function winsorizationText({ upperPercentile, lowerPercentile, cap }: NonNullable<Settings['winsorization']>): string {
  if (cap !== null) return `sums above ${decimal(cap)} count as ${decimal(cap)}`
  const ends = [
    lowerPercentile === null ? [] : [`below the ${confidence(lowerPercentile)} point`],
    upperPercentile === null ? [] : [`above the ${confidence(upperPercentile)} point`],
  ].flat()
  return `values ${ends.join(' and ')} are cut, at the same height in every variant`
}

function priorText({ liftPrior, ratePrior }: NonNullable<Settings['bayesian']>): string {
  const lift =
    liftPrior === null
      ? 'any lift alike'
      : `${liftPrior.mean === 0 ? 'no lift,' : `a lift of ${signedPercent(liftPrior.mean)},`} give or take ${confidence(liftPrior.standardDeviation)}`
  return `${lift}; rates Beta(${decimal(ratePrior.alpha)}, ${decimal(ratePrior.beta)})`
}

function decisionText({ minimumLift, guardrailMargins }: Settings['decision']): string {
  const margins = guardrailMargins.map(({ metric, margin }) => `${metric} may get worse by ${confidence(margin)}`)
  return [`a lift of ${confidence(minimumLift)} matters`, ...margins].join('; ')
}
