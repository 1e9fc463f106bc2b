import { anytimeRatioCheck } from './anytime-ratio.ts'
import { contaminationCheck, disagreementCheck, repeatedExposureCheck } from './assignment.ts'
import { balanceCheck } from './balance.ts'
import { botLikeUsersCheck } from './bot-like-users.ts'
import { beforeExposureCheck, withoutExposureCheck } from './counted-events.ts'
import { eventTimesCheck } from './event-times.ts'
import { fewUsersCheck } from './few-users.ts'
import type { HealthCheck, HealthSubject } from './health-check.ts'
import { locateMismatch } from './locate-mismatch.ts'
import { missingDaysCheck } from './missing-days.ts'
import { ratioCheck } from './sample-ratio.ts'
import { suspiciousLiftCheck } from './suspicious-lift.ts'
import { duplicatesCheck, rejectedRowsCheck } from './uploaded-rows.ts'

/** All checks, in the order in which they are read. */
export function checkHealth(subject: HealthSubject): HealthCheck[] {
  const { plan, aggregates, metrics, settings, trafficSplits, lineage, rows, isOver } = subject
  const { groups, quality } = aggregates
  const counts = groups.filter(({ segment }) => segment === null).map(({ n }) => n)
  const users = plan.variants.map((_, variant) => counts[variant] ?? 0)
  const checks = [
    ratioCheck(users, trafficSplits),
    ...anytimeRatioCheck(quality.exposuresByDay, trafficSplits),
    fewUsersCheck(users, trafficSplits),
    contaminationCheck(quality.contaminatedUnits, quality.exposedUnits),
    ...disagreementCheck(lineage),
    balanceCheck(metrics, plan, aggregates, quality.eventsBeforeExposure > 0),
    repeatedExposureCheck(quality.repeatedlyExposedUnits, quality.exposedUnits),
    beforeExposureCheck(quality.eventsBeforeExposure, quality.unitsWithEventsBeforeExposure, quality.exposedUnits),
    withoutExposureCheck(quality.eventsWithoutExposure, lineage.events),
    eventTimesCheck(quality, settings.window, lineage.futureRows, isOver),
    missingDaysCheck(quality.exposuresByDay.map(({ day }) => day)),
    botLikeUsersCheck(quality),
    suspiciousLiftCheck(rows),
    rejectedRowsCheck(lineage),
    duplicatesCheck(lineage),
  ]
  const isBroken = checks.some(({ name, verdict }) => name.startsWith('SAMPLE_RATIO') && verdict === 'FAIL')
  if (!isBroken) return checks
  const parts = locateMismatch(plan, aggregates, trafficSplits)
  return checks.map((one) => (one.name === 'SAMPLE_RATIO_MISMATCH' ? withParts(one, parts) : one))
}

/** With where the mismatch comes from, and the largest part named. */
function withParts(check: HealthCheck, parts: NonNullable<HealthCheck['parts']>): HealthCheck {
  if (parts.length === 0) return check
  const [first] = [...parts].sort((a, b) => b.share - a.share)
  const where =
    first!.attribute === null
      ? `first exposed on ${first!.value}`
      : `with ${first!.attribute} ${first!.value ?? '(none)'}`
  const hint = `Users ${where} make ${Math.round(first!.share * 100)}% of the mismatch.`
  const isOneOfMany = first!.share > 0.2 && parts.length > 1
  return { ...check, parts, ...(isOneOfMany ? { action: [check.action, hint].filter(Boolean).join(' ') } : {}) }
}
