import { countText, wholeText } from '../number-text.ts'
import type { ReportSubject } from '../report-subject.ts'

/** Of more variants the names are told in the appendix. */
const MOST_NAMES = 4

/** What was compared, on how many users, in which time. */
export function testedSentence({ experiment, variants, settings }: ReportSubject): string {
  const [control, ...treatments] = variants
  if (control === undefined) return `${experiment.name}.`
  const names = treatments.map(({ name }) => name)
  const compared = names.length <= MOST_NAMES ? listText(names) : `${countText(names.length, 'treatment')}`
  const users = variants.reduce((sum, variant) => sum + variant.users, 0)
  const split =
    variants.length <= MOST_NAMES ? ` (${variants.map((variant) => wholeText(variant.users)).join(' / ')})` : ''
  const { from, to, daysSinceExposure } = settings.window
  const days = daysSinceExposure === null ? '' : `, in their first ${countText(daysSinceExposure, 'day')}`
  return `Tested: ${compared} against ${control.name}, among ${countText(users, 'user')}${split}${periodText(from, to)}${days}.`
}

export function listText(names: string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

function periodText(from: string | null, to: string | null): string {
  if (from === null && to === null) return ''
  if (to === null) return ` from ${dayText(from!)} on`
  // The end is the first moment that does not count any more.
  const last = dayText(new Date(Date.parse(to) - 1).toISOString())
  return from === null ? ` until ${last}` : `, ${dayText(from)} to ${last}`
}

const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })

/** A day as 1 Jun 2026, in UTC. */
export function dayText(iso: string): string {
  return days.format(new Date(iso))
}
