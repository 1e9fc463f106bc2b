import { DEFAULT_HORIZON_DAYS } from '../../analysis/decision-rules.ts'
import type { RevenueChange } from '../../analysis/revenue-change.ts'
import { intervalText, wholeText, levelText, signedAmountText } from '../number-text.ts'
import { type ReportSubject, variantNameOf } from '../report-subject.ts'
import { standingOf } from '../standing.ts'
import { leadTreatmentId } from './lead-rows.ts'

/** The change of revenue of the treatment that is told of; null without one. */
export function leadRevenueChange(subject: ReportSubject): RevenueChange | null {
  const treatmentId = leadTreatmentId(subject)
  return subject.revenueChanges.find((change) => change.treatmentId === treatmentId) ?? null
}

/** What is to be expected in revenue, and on what traffic that rests. */
export function revenueSentence(subject: ReportSubject): string {
  const standing = standingOf(subject)
  if (standing === 'untrusted') return 'What it would change in revenue cannot be told from data that failed a check.'
  const change = leadRevenueChange(subject)
  if (change === null)
    return 'What it would change in revenue is not known: no metric of this analysis sums up the values of purchases.'
  const { currency } = subject.experiment
  const size = change.estimate === null ? 'without an estimate' : signedAmountText(change.estimate, currency)
  const soFar = standing === 'interim' ? ' so far' : ''
  const unit = currency === null ? ', in the currency of the values' : ''
  return (
    `If all users saw ${variantNameOf(subject, change.treatmentId)}, revenue would change by ${size} ${horizonText(change)}${soFar} ` +
    `(${levelText(change.level)} interval: ${revenueInterval(change, currency)}${unit}). ` +
    revenueBasis(subject)
  )
}

/** On what the expected change rests; empty without one. */
export function revenueBasis(subject: ReportSubject): string {
  const change = leadRevenueChange(subject)
  if (change === null) return ''
  return `That rests on ${wholeText(change.usersPerDay)} users a day, as the experiment measured them, and on traffic and effect staying as they were.`
}

export function horizonText({ horizonDays }: RevenueChange): string {
  return horizonDays === DEFAULT_HORIZON_DAYS ? 'a year' : `in ${wholeText(horizonDays)} days`
}

export function revenueInterval({ lower, upper, level }: RevenueChange, currency: string | null): string {
  return intervalText({ kind: 'interval', lower, upper, level }, (value) => signedAmountText(value, currency))
}
