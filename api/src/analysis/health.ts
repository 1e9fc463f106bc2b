import type { Aggregates, AggregationPlan } from '../engine/plan.ts'
import { isNotComputable } from '../stats/not-computable.ts'
import { sampleRatioMismatch } from '../stats/sample-ratio-mismatch.ts'

/** Something that is looked at before any effect is read. */
export interface HealthCheck {
  name:
    | 'SAMPLE_RATIO_MISMATCH'
    | 'USERS_IN_SEVERAL_VARIANTS'
    | 'VARIANT_COLUMNS_DISAGREE'
    | 'REPEATED_EXPOSURES'
    | 'TOO_FEW_USERS'
    | 'EVENTS_BEFORE_EXPOSURE'
    | 'EVENTS_WITHOUT_EXPOSURE'
    | 'MISSING_DAYS'
    | 'REJECTED_ROWS'
    | 'DUPLICATE_EVENTS'
  /** `FAIL` keeps the verdict back. */
  verdict: 'PASS' | 'WARN' | 'FAIL'
  pValue: number | null
  /** Users, events, rows or days that the check is about. */
  count: number | null
  /** The count as a share of what it is taken from. */
  share: number | null
  /** What was found, in a sentence. */
  message: string
  /** What to do about it; null when there is nothing to do. */
  action: string | null
}

/** What is known of the data apart from the aggregates: sums over the batches of the dataset version. */
export interface DataLineage {
  rows: number
  rejectedRows: number
  events: number
  duplicateEvents: number
  /** Rows whose variant columns named different variants. */
  disagreeingRows: number
}

/** Below this p-value the split is taken for broken: a false alarm in one of a thousand sound experiments. */
const MISMATCH_ALPHA = 0.001
const FEW_USERS = 100
/** Above this share of users in several variants the assignment itself is in doubt. */
const CONTAMINATION_LIMIT = 0.05

/** All checks, in the order in which they are read. */
export function checkHealth(
  plan: AggregationPlan,
  { groups, quality }: Aggregates,
  trafficSplits: number[],
  lineage: DataLineage,
): HealthCheck[] {
  const counts = groups.filter(({ segment }) => segment === null).map(({ n }) => n)
  const users = plan.variants.map((_, variant) => counts[variant] ?? 0)
  return [
    ratioCheck(users, trafficSplits),
    fewUsersCheck(users),
    contaminationCheck(quality.contaminatedUnits, quality.exposedUnits),
    ...disagreementCheck(lineage),
    repeatedExposureCheck(quality.repeatedlyExposedUnits, quality.exposedUnits),
    beforeExposureCheck(quality.eventsBeforeExposure, quality.unitsWithEventsBeforeExposure, quality.exposedUnits),
    withoutExposureCheck(quality.eventsWithoutExposure, lineage.events),
    missingDaysCheck(quality.exposuresByDay.map(({ day }) => day)),
    rejectedRowsCheck(lineage),
    duplicatesCheck(lineage),
  ]
}

function check(
  name: HealthCheck['name'],
  rest: Partial<HealthCheck> & Pick<HealthCheck, 'verdict' | 'message'>,
): HealthCheck {
  return { name, pValue: null, count: null, share: null, action: null, ...rest }
}

function ratioCheck(users: number[], splits: number[]): HealthCheck {
  const expected = splits.map((split) => percent(split)).join(' / ')
  const test = sampleRatioMismatch(users, splits)
  if (isNotComputable(test)) {
    return check('SAMPLE_RATIO_MISMATCH', {
      verdict: 'FAIL',
      message: test.message,
      action: 'Upload exposures, or analyse a time that has some.',
    })
  }
  const total = users.reduce((sum, n) => sum + n, 0)
  const observed = users.map((n) => percent(n / total)).join(' / ')
  if (test.pValue >= MISMATCH_ALPHA) {
    return check('SAMPLE_RATIO_MISMATCH', {
      verdict: 'PASS',
      pValue: test.pValue,
      message: `Users are split ${observed}, as configured (${expected}).`,
    })
  }
  // Of millions of users a mismatch may not show in percentages.
  const counts = users.map((n) => n.toLocaleString('en-US')).join(' / ')
  const due = splits.map((split) => Math.round(split * total).toLocaleString('en-US')).join(' / ')
  const difference =
    observed === expected
      ? `${counts} where ${due} would be as configured`
      : `${observed} where ${expected} was configured`
  return check('SAMPLE_RATIO_MISMATCH', {
    verdict: 'FAIL',
    pValue: test.pValue,
    message: `Users are split ${difference}. Chance does not do this: some users are missing or counted twice.`,
    action:
      'Do not read the effects. Look for redirects, bots, crashes or late logging that hit one variant only, or correct the configured split.',
  })
}

function fewUsersCheck(counts: number[]): HealthCheck {
  const least = Math.min(...counts)
  if (least >= FEW_USERS) {
    return check('TOO_FEW_USERS', {
      verdict: 'PASS',
      count: least,
      message: `Each variant has at least ${whole(least)} users.`,
    })
  }
  return check('TOO_FEW_USERS', {
    verdict: least < 2 ? 'FAIL' : 'WARN',
    count: least,
    message: least === 0 ? 'A variant has no users.' : `A variant has only ${users(least)}.`,
    action: 'Wait for more users: with so few, only very large effects can be told from chance.',
  })
}

function contaminationCheck(count: number, exposed: number): HealthCheck {
  const share = exposed === 0 ? 0 : count / exposed
  if (count === 0) {
    return check('USERS_IN_SEVERAL_VARIANTS', {
      verdict: 'PASS',
      count,
      share,
      message: 'Every user saw one variant only.',
    })
  }
  return check('USERS_IN_SEVERAL_VARIANTS', {
    verdict: share > CONTAMINATION_LIMIT ? 'FAIL' : 'WARN',
    count,
    share,
    message: `${users(count)} (${percent(share)}) saw more than one variant and ${count === 1 ? 'is' : 'are'} left out.`,
    action:
      'Make the assignment stick to the user (same id on all devices and after login), or check how the variant was logged.',
  })
}

function disagreementCheck({ disagreeingRows, rows }: DataLineage): HealthCheck[] {
  if (disagreeingRows === 0) return []
  return [
    check('VARIANT_COLUMNS_DISAGREE', {
      verdict: 'WARN',
      count: disagreeingRows,
      share: rows === 0 ? 0 : disagreeingRows / rows,
      message: `In ${whole(disagreeingRows)} rows the columns that tell the variant disagree: these users were assigned one variant and shown another.`,
      action: 'Find out why the wrong variant was shown. Their users are left out.',
    }),
  ]
}

function repeatedExposureCheck(count: number, exposed: number): HealthCheck {
  return check('REPEATED_EXPOSURES', {
    verdict: 'PASS',
    count,
    share: exposed === 0 ? 0 : count / exposed,
    message:
      count === 0
        ? 'Every user was exposed once.'
        : `${users(count)} ${count === 1 ? 'was' : 'were'} exposed more than once; the first exposure counts.`,
  })
}

function beforeExposureCheck(events: number, units: number, exposed: number): HealthCheck {
  return check('EVENTS_BEFORE_EXPOSURE', {
    verdict: 'PASS',
    count: events,
    share: exposed === 0 ? 0 : units / exposed,
    message:
      events === 0
        ? 'No measured event lies before its user’s exposure.'
        : `${whole(events)} measured events of ${users(units)} lie before the first exposure: they are history and not counted.`,
  })
}

function withoutExposureCheck(count: number, events: number): HealthCheck {
  const share = events === 0 ? 0 : count / events
  const verdict = share > 0.05 ? 'WARN' : 'PASS'
  return check('EVENTS_WITHOUT_EXPOSURE', {
    verdict,
    count,
    share,
    message:
      count === 0
        ? 'All measured events are of users who were exposed.'
        : `${whole(count)} measured events are of users without an exposure in the time that is analysed: they are not counted.`,
    action:
      verdict === 'WARN'
        ? 'Check that all exposures were uploaded, that the analysed time covers them, and that user ids are written alike in both.'
        : null,
  })
}

function missingDaysCheck(days: string[]): HealthCheck {
  const dayMs = 86_400_000
  const times = days.map((day) => Date.parse(day))
  const span = times.length === 0 ? 0 : Math.round((Math.max(...times) - Math.min(...times)) / dayMs) + 1
  const count = span - days.length
  if (count === 0)
    return check('MISSING_DAYS', {
      verdict: 'PASS',
      count,
      message: span === 1 ? 'All exposures are of one day.' : `Exposures on each of ${whole(span)} days.`,
    })
  return check('MISSING_DAYS', {
    verdict: 'WARN',
    count,
    share: count / span,
    message: `On ${whole(count)} of ${whole(span)} days nobody was exposed.`,
    action: 'Check whether files are missing or the experiment was switched off.',
  })
}

function rejectedRowsCheck({ rejectedRows, rows }: DataLineage): HealthCheck {
  const share = rows === 0 ? 0 : rejectedRows / rows
  const verdict = share > 0.01 ? 'WARN' : 'PASS'
  return check('REJECTED_ROWS', {
    verdict,
    count: rejectedRows,
    share,
    message:
      rejectedRows === 0
        ? `None of ${whole(rows)} uploaded rows was rejected.`
        : `${whole(rejectedRows)} of ${whole(rows)} uploaded rows (${percent(share)}) were rejected.`,
    action:
      verdict === 'WARN'
        ? 'Look at the reasons beside the batches: rows lost in one variant only would bias the result.'
        : null,
  })
}

function duplicatesCheck({ duplicateEvents, events }: DataLineage): HealthCheck {
  const share = events + duplicateEvents === 0 ? 0 : duplicateEvents / (events + duplicateEvents)
  const verdict = share > 0.05 ? 'WARN' : 'PASS'
  return check('DUPLICATE_EVENTS', {
    verdict,
    count: duplicateEvents,
    share,
    message:
      duplicateEvents === 0
        ? 'No event came twice.'
        : `${whole(duplicateEvents)} events (${percent(share)}) came more than once and were counted once.`,
    action: verdict === 'WARN' ? 'Check whether events are sent twice.' : null,
  })
}

function users(count: number): string {
  return count === 1 ? '1 user' : `${whole(count)} users`
}

function whole(count: number): string {
  return count.toLocaleString('en-US')
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.01 ? 2 : 1)}%`
}
