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
 * Intervals are by Student's t, whose degrees of freedom are those of the parts of the variance, by their shares: s^2 of
 * few days is uncertain itself.
 *
 * See Goodman (1960), "On the exact variance of products"; Satterthwaite (1946), "An approximate distribution of estimates
 * of variance components".
 *
 * @param deltaDegrees degrees of freedom of the delta's standard error; null for the normal distribution
 */
export function revenueDelta(
  delta: Estimate,
  { target, horizonDays, level }: ModelQuestion,
  traffic: Traffic | null,
  worth: Worth | null,
  deltaDegrees: number | null,
): RevenueDelta | null {
  const isMoney = target.kind === 'REVENUE'
  if (target.kind === 'AVERAGE_ORDER_VALUE' || (!isMoney && worth === null)) return null
  const own = { ...delta, degrees: deltaDegrees ?? Infinity }
  const worthEach = worth === null || isMoney ? null : { ...worth, estimate: worth.amount, degrees: Infinity }
  const perVisitor = worthEach === null ? own : product(own, worthEach)
  const days = momentsOf(traffic?.visitorsByDay ?? [])
  const variance = sampleVariance(days)
  const visitors = {
    estimate: horizonDays * days.mean,
    standardError: Math.sqrt(variance * (horizonDays ** 2 / days.n + horizonDays)),
    degrees: days.n - 1,
  }
  const isMeasured = days.n >= 2
  return {
    unit: isMoney ? target.unit : worth!.unit,
    perVisitor: worthEach === null ? delta : told(perVisitor, level),
    horizonDays,
    overHorizon: isMeasured ? told(product(perVisitor, visitors), level) : null,
    visitorsPerDay:
      days.n === 0
        ? null
        : { mean: days.mean, standardError: isMeasured ? Math.sqrt(variance / days.n) : null, days: days.n },
  }
}

interface Uncertain {
  estimate: number
  standardError: number
  /** of the standard error; infinite where it is taken as known */
  degrees: number
}

function product(a: Uncertain, b: Uncertain): Uncertain {
  const [va, vb] = [a.standardError ** 2, b.standardError ** 2]
  const parts = [
    { size: b.estimate ** 2 * va, degrees: a.degrees },
    { size: a.estimate ** 2 * vb, degrees: b.degrees },
    { size: va * vb, degrees: Math.min(a.degrees, b.degrees) },
  ]
  const variance = parts.reduce((sum, { size }) => sum + size, 0)
  const unknown = parts.reduce((sum, { size, degrees }) => sum + (size === 0 ? 0 : (size / variance) ** 2 / degrees), 0)
  return { estimate: a.estimate * b.estimate, standardError: Math.sqrt(variance), degrees: 1 / unknown }
}

function told({ estimate, standardError, degrees }: Uncertain, level: number): Estimate {
  return estimateOf(estimate, standardError, { level, referenceDegrees: Number.isFinite(degrees) ? degrees : null })
}
