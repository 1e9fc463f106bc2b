import { DEFAULT_MINIMUM_LIFT, usersStillNeeded } from '../../analysis/decision-rules.ts'
import { countText, wholeText, percentText } from '../number-text.ts'
import { type ReportSubject, variantNameOf } from '../report-subject.ts'
import { leadTreatmentId, primaryRow } from './lead-rows.ts'
import { leadRevenueChange } from './revenue-sentence.ts'
import { dayText } from './tested-sentence.ts'

/** What to do next, in order. */
export function nextSteps(subject: ReportSubject): string[] {
  const { decision, interim, health, variants } = subject
  const control = variants[0]?.name ?? 'the control'
  const failed = health.filter(({ verdict }) => verdict === 'FAIL')
  const warnings = health.filter(({ verdict }) => verdict === 'WARN').length
  const heed =
    warnings === 0
      ? []
      : [
          `Read the ${warnings === 1 ? 'warning' : countText(warnings, 'warning')} about the data first: the verdict stands, and may be explained by what was found.`,
        ]
  switch (decision.verdict) {
    case 'SHIP':
      return [
        ...heed,
        `Give ${variantNameOf(subject, decision.treatmentId!)} to all users.`,
        'Compare revenue after the roll-out with what is expected here: effects fade when they were due to novelty.',
      ]
    case 'DO_NOT_SHIP':
      return [...heed, `Keep ${control}.`, 'Look in the appendix for where it got worse before a new version is tried.']
    case 'KEEP_RUNNING':
      return [...heed, ...keepRunningSteps(subject)]
    case 'INCONCLUSIVE':
      return [
        ...heed,
        `Keep ${control}, or choose by cost and taste: the numbers do not choose.`,
        'To look for a smaller effect, plan a new experiment with enough users for it; to look again and again at this one finds effects that are not there.',
      ]
    case 'WITHHELD':
      if (failed.length > 0)
        return [
          ...failed.flatMap(({ action }) => action ?? []),
          'Run the analysis again when that is mended. Do not decide by these numbers.',
        ]
      // Old answers may hold reasons in other words: what is to be done is told anew.
      return interim ? waitSteps(subject) : decision.reasons.slice(-1)
  }
}

function keepRunningSteps(subject: ReportSubject): string[] {
  const row = primaryRow(subject, leadTreatmentId(subject))
  const rules = subject.settings.decision ?? {}
  const needed = row === null ? null : usersStillNeeded(row, rules)
  if (subject.decision.neededUsers === undefined || row === null || needed === null) {
    return [
      'Go on until the guardrails are known well enough: their intervals must lie on the good side of their margins.',
    ]
  }
  const minimum = percentText(rules.minimumLift ?? DEFAULT_MINIMUM_LIFT)
  const { neededUsers } = subject.decision
  return [
    `Go on until about ${wholeText(neededUsers)} users of control and treatment have come${durationText(subject, neededUsers - row.control.n - row.treatment.n)}: then a lift of ${minimum} would show.`,
    'Set that as the planned number of users, and decide when they have come.',
  ]
}

function waitSteps(subject: ReportSubject): string[] {
  const { experiment, settings, variants } = subject
  const users = variants.reduce((sum, variant) => sum + variant.users, 0)
  const missing = experiment.plannedUnits === null ? 0 : experiment.plannedUnits - users
  const end = settings.window.to === null ? null : dayText(new Date(Date.parse(settings.window.to) - 1).toISOString())
  const until = [
    ...(end === null ? [] : [`its planned end, ${end}`]),
    ...(missing > 0
      ? [
          `its planned ${wholeText(experiment.plannedUnits!)} users (${wholeText(missing)} to come${durationText(subject, missing)})`,
        ]
      : []),
  ]
  return [
    until.length === 0
      ? 'Give the experiment a planned end or a planned number of users, and let it run until then.'
      : `Let it run until ${until.join(' and ')}.`,
    'Run the analysis again then. Do not stop because of what the numbers show today.',
  ]
}

/** How long it takes for users to come, at the traffic that was measured. */
function durationText(subject: ReportSubject, users: number): string {
  const usersPerDay = leadRevenueChange(subject)?.usersPerDay
  if (usersPerDay === undefined || usersPerDay <= 0 || users <= 0) return ''
  return `, about ${countText(Math.ceil(users / usersPerDay), 'day')} more at ${wholeText(usersPerDay)} users a day`
}
