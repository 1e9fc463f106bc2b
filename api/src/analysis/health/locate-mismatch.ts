import type { Aggregates, AggregationPlan } from '../../engine/plan.ts'
import { isNotComputable } from '../../stats/not-computable.ts'
import { sampleRatioMismatch } from '../../stats/sample-ratio-mismatch.ts'
import type { MismatchPart } from './health-check.ts'

/** More parts than these are no pointer. */
const MOST_PARTS = 10

/**
 * Where a broken split comes from: days of first exposure, and values of the attribute that the analysis is broken down
 * by. Each one's share is of the users that the variant with the largest deviation has too many or too few.
 */
export function locateMismatch(plan: AggregationPlan, aggregates: Aggregates, splits: number[]): MismatchPart[] {
  const days = aggregates.quality.exposuresByDay.map(({ day, counts }) => ({
    attribute: null,
    value: day,
    users: counts,
  }))
  const levels = plan.segments.flatMap((attribute) => usersByValue(plan, aggregates, attribute))
  return [days, levels].flatMap((parts) => ranked(parts, splits))
}

type Part = Pick<MismatchPart, 'attribute' | 'value' | 'users'>

function usersByValue(plan: AggregationPlan, { groups }: Aggregates, attribute: string): Part[] {
  const byValue = new Map<string | null, number[]>()
  for (const { segment, variant, n } of groups) {
    if (segment?.attribute !== attribute) continue
    const users = byValue.get(segment.value) ?? plan.variants.map(() => 0)
    users[variant] = n
    byValue.set(segment.value, users)
  }
  return [...byValue].map(([value, users]) => ({ attribute, value, users }))
}

function ranked(parts: Part[], splits: number[]): MismatchPart[] {
  const total = (users: number[]) => users.reduce((sum, n) => sum + n, 0)
  const weight = total(splits)
  const expectedOf = (users: number[]) => splits.map((split) => (total(users) * split) / weight)
  const all = splits.map((_, variant) => total(parts.map(({ users }) => users[variant]!)))
  const deviations = expectedOf(all).map((expected, variant) => all[variant]! - expected)
  const worst = deviations.indexOf(deviations.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0))
  if (worst < 0 || deviations[worst] === 0) return []
  return parts
    .map((part): MismatchPart => {
      const expected = expectedOf(part.users)
      const test = sampleRatioMismatch(part.users, splits)
      return {
        ...part,
        expected,
        share: (part.users[worst]! - expected[worst]!) / deviations[worst]!,
        pValue: isNotComputable(test) ? 1 : test.pValue,
      }
    })
    .sort((a, b) => b.share - a.share)
    .slice(0, MOST_PARTS)
}
