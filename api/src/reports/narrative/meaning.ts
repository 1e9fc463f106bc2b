import { DEFAULT_MINIMUM_LIFT, usersStillNeeded } from '../../analysis/decision-rules.ts'
import type { ResultRow } from '../../analysis/result-row.ts'
import { excludesZero } from '../../stats/confidence-interval.ts'
import { intervalCaveat } from '../interval-caveat.ts'
import { intervalText, differenceText, wholeText, percentText, liftText } from '../number-text.ts'
import { metricOf, overallRows, type ReportSubject, variantNameOf } from '../report-subject.ts'
import { judge } from '../standing.ts'
import { leadTreatmentId, primaryRow } from './lead-rows.ts'

/** What the verdict means here, in sentences: above all, what one that leaves things open does not mean. */
export function meaningSentences(subject: ReportSubject): string[] {
  const { decision, interim, health } = subject
  const row = primaryRow(subject, leadTreatmentId(subject))
  switch (decision.verdict) {
    case 'SHIP':
      return [...(interim ? [EARLY_BY_DESIGN] : []), ...(row === null ? [] : [shippedSentence(row, subject)])]
    case 'DO_NOT_SHIP':
      return [...(interim ? [EARLY_BY_DESIGN] : []), ...harmSentences(subject)]
    case 'KEEP_RUNNING':
    case 'INCONCLUSIVE':
      return row === null ? [] : openSentences(row, subject)
    case 'WITHHELD':
      if (health.some(({ verdict }) => verdict === 'FAIL'))
        return ['Until the data are mended, no number here should be acted on: what they measure is not known.']
      return interim
        ? [
            'The estimates are honest, and may still move: whoever decides at the first look that pleases is often wrong.',
          ]
        : []
  }
}

const EARLY_BY_DESIGN = 'This is a look before the planned end, which the design of the experiment allows for.'

function shippedSentence(row: ResultRow, subject: ReportSubject): string {
  const guardrails = overallRows(subject).filter(
    ({ treatmentId, metricId }) => treatmentId === row.treatmentId && metricOf(subject, metricId).role === 'GUARDRAIL',
  ).length
  const held =
    guardrails === 0 ? 'No guardrail was watched.' : guardrails === 1 ? 'The guardrail held.' : 'All guardrails held.'
  return `For ${nameOf(row, subject)} the data ${allowText(row, subject)}: “no change” is not among it. ${held}`
}

/** What got worse, at most twice: the rest is in the table. */
function harmSentences(subject: ReportSubject): string[] {
  const isHarm = (row: ResultRow): boolean => {
    const interval = (row.relativeEffect ?? row.effect)?.confidenceInterval
    const isWorse = judge(row, { ...subject, interim: false }).tone === 'bad'
    return isWorse && interval?.kind === 'interval' && excludesZero(interval)
  }
  const worse = overallRows(subject).filter(isHarm)
  return worse
    .slice(0, 2)
    .map((row) => `For ${nameOf(row, subject)} the data ${allowText(row, subject)}, all of it for the worse.`)
}

/** What is still possible, and how many users it would take to know more. */
function openSentences(row: ResultRow, subject: ReportSubject): string[] {
  if (row.notComputable !== null) return [`${nameOf(row, subject)} cannot be tested: ${row.notComputable.message}`]
  const caveat = intervalCaveat((row.relativeEffect ?? row.effect)!.confidenceInterval)
  return [
    `This does not say that nothing changed: for ${nameOf(row, subject)} the data still ${allowText(row, subject)}.`,
    ...(caveat === null ? [] : [caveat]),
    ...powerSentences(row, subject),
  ]
}

function powerSentences(row: ResultRow, { settings }: ReportSubject): string[] {
  const detectable = row.minimumDetectableEffect?.relative
  if (detectable == null) return []
  const rules = settings.decision ?? {}
  const minimum = rules.minimumLift ?? DEFAULT_MINIMUM_LIFT
  const here = row.control.n + row.treatment.n
  const needed = usersStillNeeded(row, rules)
  if (needed !== null) {
    const more = `about ${wholeText(needed.users)} users in control and treatment together, ${wholeText(needed.users - here)} more than the ${wholeText(here)} here`
    const outOfReach = needed.isWithinReach ? '' : ' That is out of reach: a bolder change is easier to judge.'
    return [
      `With these users a lift of ${percentText(detectable)} is found in four of five cases. For one of ${percentText(minimum)}, the least that matters, it takes ${more}.${outOfReach}`,
    ]
  }
  const half = usersStillNeeded(row, { minimumLift: minimum / 2 })
  const further =
    half === null
      ? ''
      : ` To find one half as large takes about ${wholeText(half.users)} users instead of ${wholeText(here)}.`
  return [`A lift of ${percentText(minimum)}, the least that matters, would hardly have been missed.${further}`]
}

/** What the data allow and rule out, as the end of a sentence about them. */
function allowText({ metricId, relativeEffect, effect }: ResultRow, subject: ReportSubject): string {
  const { format } = metricOf(subject, metricId)
  const [what, interval, text] =
    relativeEffect === null
      ? (['a difference', effect!.confidenceInterval, differenceText(format, subject.experiment.currency)] as const)
      : (['a lift', relativeEffect.confidenceInterval, liftText] as const)
  if (interval.gap !== undefined)
    return `rule out ${what} between ${text(interval.gap.lower)} and ${text(interval.gap.upper)}, and no other`
  if (interval.lower === null && interval.upper === null) return `rule out no ${what.slice(2)}, however large`
  return `allow ${what} of ${intervalText(interval, text)}`
}

function nameOf(row: ResultRow, subject: ReportSubject): string {
  const metric = metricOf(subject, row.metricId).name
  return subject.variants.length > 2 ? `${metric} of ${variantNameOf(subject, row.treatmentId)}` : metric
}
