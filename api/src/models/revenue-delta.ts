import { momentsOf, sampleVariance } from '../stats/moments.ts'
import type { Estimate, RevenueDelta } from './effect.ts'
import { estimateOf } from './estimate.ts'
import type { ModelQuestion, Traffic, Worth } from './model-question.ts'

/**
 * What a treatment is worth per visitor and over a horizon: the predicted delta, times what one is worth where the target
 * is not money, times visitors. Null where no worth is known, and for order values, which are per order.
 *
 * Formula: the variance of a product of independent numbers, a^2 var b + b^2 var a + var a var b. Visitors over h days:
 * h times the mean of the measured days, with the variance s^2 (h^2 / days + h): both that mean and days to come vary.
 *
 * See Goodman (1960), "On the exact variance of products".
 */
export function revenueDelta(
  delta: Estimate,
  { target, horizonDays, level }: ModelQuestion,
  traffic: Traffic | null,
  worth: Worth | null,
): RevenueDelta | null {
  const isMoney = target.kind === 'REVENUE'
  if (target.kind === 'AVERAGE_ORDER_VALUE' || (!isMoney && worth === null)) return null
  const perVisitor = worth === null || isMoney ? delta : product(delta, { ...worth, estimate: worth.amount }, level)
  const days = momentsOf(traffic?.visitorsByDay ?? [])
  const variance = sampleVariance(days)
  const visitors = {
    estimate: horizonDays * days.mean,
    standardError: Math.sqrt(variance * (horizonDays ** 2 / days.n + horizonDays)),
  }
  const isMeasured = days.n >= 2
  return {
    unit: isMoney ? target.unit : worth!.unit,
    perVisitor,
    horizonDays,
    overHorizon: isMeasured ? product(perVisitor, visitors, level) : null,
    visitorsPerDay:
      days.n === 0
        ? null
        : { mean: days.mean, standardError: isMeasured ? Math.sqrt(variance / days.n) : null, days: days.n },
  }
}

interface Uncertain {
  estimate: number
  standardError: number
}

function product(a: Uncertain, b: Uncertain, level: number): Estimate {
  const [va, vb] = [a.standardError ** 2, b.standardError ** 2]
  const variance = a.estimate ** 2 * vb + b.estimate ** 2 * va + va * vb
  return estimateOf(a.estimate * b.estimate, Math.sqrt(variance), { level, referenceDegrees: null })
}
