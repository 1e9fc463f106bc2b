import { describe, expect, test } from 'vitest'
import { decide } from './decide.ts'
import type { DecisionSettings } from './decision-rules.ts'
import type { HealthCheck } from './health/health-check.ts'
import { reasonsForInterim } from './interim.ts'
import type { MetricDefinition } from './metric-definition.ts'
import type { ResultRow } from './result-row.ts'

const metric = (
  id: string,
  role: MetricDefinition['role'],
  goal: MetricDefinition['goal'] = 'INCREASE',
): MetricDefinition => ({
  id,
  key: id,
  kind: 'MEAN',
  numerator: { eventTypes: ['purchase'], aggregation: 'sum' },
  denominator: null,
  goal,
  role,
})
const metrics = [metric('primary', 'PRIMARY'), metric('guard', 'GUARDRAIL', 'DECREASE'), metric('other', 'SECONDARY')]

function row(metricId: string, estimate: number, isSignificant: boolean, treatmentId = 't'): ResultRow {
  const interval = { kind: 'interval' as const, lower: estimate - 0.1, upper: estimate + 0.1, level: 0.95 }
  return {
    metricId,
    metricKey: metricId,
    treatmentId,
    controlId: 'c',
    segment: null,
    effect: { estimate, standardError: 1, confidenceInterval: interval },
    relativeEffect: { estimate, standardError: null, confidenceInterval: interval },
    isSignificant,
    pValue: isSignificant ? 0.01 : 0.4,
    adjustedPValue: isSignificant ? 0.02 : 0.5,
    notComputable: null,
  } as ResultRow
}

const names = { variant: (id: string) => `variant ${id}`, metric: (id: string) => `metric ${id}` }
const healthy: HealthCheck[] = []
const decided = (
  rows: ResultRow[],
  health = healthy,
  interim: string[] = [],
  leftOut: string[] = [],
  rules: DecisionSettings = {},
) => decide(rows, metrics, health, interim, names, leftOut, rules)

describe('the decision', () => {
  test('ships what made the primary metric better', () => {
    const { verdict, treatmentId, summary, reasons } = decided([row('primary', 0.2, true), row('guard', 0.1, false)])
    expect({ verdict, treatmentId, summary }).toEqual({
      verdict: 'SHIP',
      treatmentId: 't',
      summary: 'Ship variant t: metric primary got better.',
    })
    expect(reasons).toEqual([
      'metric primary, variant t: +20.0% (95% interval: +10.0% to +30.0%), better, adjusted p = 0.020.',
    ])
  })

  test('says of a lift what is known of it', () => {
    const bounded = row('primary', 0.2, true)
    const interval = { ...bounded.effect!.confidenceInterval, lower: 1.677, upper: null }
    const open = { ...bounded, relativeEffect: { estimate: null, standardError: null, confidenceInterval: interval } }
    expect(decided([open]).reasons).toEqual([
      'metric primary, variant t: the lift has no estimate (95% interval: +167.7% to no upper end), better, adjusted p = 0.020.',
    ])
    expect(decided([{ ...bounded, relativeEffect: null }]).reasons).toEqual([
      'metric primary, variant t: the lift cannot be computed, better, adjusted p = 0.020.',
    ])
  })

  test('ships the best of several treatments', () => {
    const { treatmentId } = decided([
      row('primary', 0.2, true, 'a'),
      row('primary', 0.4, true, 'b'),
      row('primary', 0.9, false, 'd'),
    ])
    expect(treatmentId).toBe('b')
  })

  test('does not ship what made a guardrail worse, in the direction that is bad for it', () => {
    expect(decided([row('primary', 0.2, true), row('guard', 0.1, true)]).verdict).toBe('DO_NOT_SHIP')
    expect(decided([row('primary', 0.2, true), row('guard', -0.1, true)]).verdict).toBe('SHIP')
  })

  test('ships another treatment when only one hurts a guardrail', () => {
    const rows = [
      row('primary', 0.4, true, 'a'),
      row('guard', 0.1, true, 'a'),
      row('primary', 0.2, true, 'b'),
      row('guard', 0, false, 'b'),
    ]
    expect(decided(rows)).toMatchObject({ verdict: 'SHIP', treatmentId: 'b' })
  })

  test('is not the end of a treatment that another one hurts a guardrail', () => {
    const rows = [row('primary', 0.2, false, 'a'), row('guard', 0.1, true, 'a'), row('primary', 0.2, false, 'b')]
    expect(decided(rows)).toMatchObject({
      verdict: 'INCONCLUSIVE',
      summary: 'Inconclusive: do not ship variant a; for the others the data are compatible with no change.',
    })
    expect(decided([...rows.slice(0, 2), row('primary', -0.2, true, 'b')]).verdict).toBe('DO_NOT_SHIP')
  })

  test('does not ship while a guardrail was not looked at', () => {
    const rows = [row('primary', 0.2, true)]
    const { verdict, reasons } = decided(rows, healthy, [], ['Refund rate'])
    expect(verdict).toBe('WITHHELD')
    expect(reasons.at(-1)).toBe('Ask for the analysis with Refund rate too.')
    expect(decided([row('primary', -0.2, true)], healthy, [], ['Refund rate']).verdict).toBe('DO_NOT_SHIP')
  })

  test('is withheld when the analysis leaves the primary metric out', () => {
    const { verdict, summary } = decided([row('other', 0.5, true), row('guard', 0.1, true)])
    expect(verdict).toBe('WITHHELD')
    expect(summary).toBe('No verdict: the primary metric decides, and this analysis leaves it out.')
  })

  test('says when there is nothing to compare, and calls a p-value adjusted only where it is', () => {
    const nothing = { ...row('primary', 0, false), notComputable: { reason: 'noSuccesses', message: 'Nobody.' } }
    expect(decided([nothing]).summary).toBe('Inconclusive: metric primary cannot be compared.')
    expect(decided([{ ...row('primary', 0.2, true), correction: 'NONE' }]).reasons[0]).toMatch(/better, p = 0.020/)
  })

  test('does not ship what made the primary metric worse', () => {
    expect(decided([row('primary', -0.2, true)])).toMatchObject({
      verdict: 'DO_NOT_SHIP',
      summary: 'Do not ship: metric primary got worse.',
    })
  })

  test('is inconclusive when the primary metric is, whatever others do', () => {
    expect(decided([row('primary', 0.2, false), row('other', 0.5, true)]).verdict).toBe('INCONCLUSIVE')
  })

  test('is withheld while a health check fails, with what to do', () => {
    const failed: HealthCheck = {
      name: 'SAMPLE_RATIO_MISMATCH',
      verdict: 'FAIL',
      pValue: 0,
      count: null,
      share: null,
      message: 'Split.',
      action: 'Look.',
    }
    expect(decided([row('primary', 0.2, true)], [failed])).toMatchObject({
      verdict: 'WITHHELD',
      reasons: ['Split. Look.'],
    })
  })

  test('is withheld at an interim look, and never says significant', () => {
    const { verdict, summary, reasons } = decided([row('primary', 0.2, true)], healthy, ['It runs until June.'])
    expect(verdict).toBe('WITHHELD')
    expect(summary).toMatch(/interim/)
    expect(reasons[0]).toBe('It runs until June.')
    expect([summary, ...reasons].join(' ')).not.toMatch(/significan/i)
  })
})

/** A row whose test finds a lift of this size in 80 % of cases, of 1,000 users an arm. */
const detecting = (relative: number, row: ResultRow): ResultRow => ({
  ...row,
  control: { n: 1000 } as ResultRow['control'],
  treatment: { n: 1000 } as ResultRow['treatment'],
  minimumDetectableEffect: { absolute: relative, relative },
})

describe('without a clear change of the primary metric', () => {
  test('keeps running while a lift that matters could have been missed, with the users it takes', () => {
    const { verdict, summary, reasons } = decided([detecting(0.1, row('primary', 0.02, false))])
    expect(verdict).toBe('KEEP_RUNNING')
    // Twice the lift that matters: four times the users.
    expect(summary).toContain('About 8,000 users in control and treatment together')
    expect(reasons).toContain(
      'metric primary, variant t: at this number of users a lift of 10.0% is found in 80% of cases, and one of 5.0% matters.',
    )
    expect(reasons.at(-1)).toMatch(/^Set the planned number of users to that/)
  })

  test('is inconclusive when a lift that matters would have shown', () => {
    const { verdict, reasons } = decided([detecting(0.04, row('primary', 0.02, false))])
    expect(verdict).toBe('INCONCLUSIVE')
    expect(reasons.at(-1)).toContain('one of 5.0% would hardly have been missed')
  })

  test('goes by the lift that is said to matter', () => {
    const rows = [detecting(0.1, row('primary', 0.02, false))]
    expect(decided(rows, healthy, [], [], { minimumLift: 0.12 }).verdict).toBe('INCONCLUSIVE')
  })

  test('does not go on where it would take more than ten times the users', () => {
    expect(decided([detecting(0.2, row('primary', 0.02, false))]).verdict).toBe('INCONCLUSIVE')
    expect(decided([detecting(0.15, row('primary', 0.02, false))]).verdict).toBe('KEEP_RUNNING')
  })
})

describe('a guardrail with a margin', () => {
  // Less is better for "guard"; the intervals of `row` reach 0.1 to both sides of the estimate.
  const rules: DecisionSettings = { guardrailMargins: [{ metric: 'guard', margin: 0.05 }] }
  const withGuard = (estimate: number, isSignificant = false) =>
    decided([row('primary', 0.2, true), row('guard', estimate, isSignificant)], healthy, [], [], rules)

  test('that is shown not to be worse by more lets ship', () => {
    expect(withGuard(-0.06).verdict).toBe('SHIP')
  })

  test('that may be worse by more keeps it running, with how much', () => {
    const { verdict, reasons } = withGuard(0)
    expect(verdict).toBe('KEEP_RUNNING')
    expect(reasons.at(-1)).toBe(
      'metric guard, variant t: not known yet, it may be worse by up to 10.0% (margin: 5.0%).',
    )
  })

  test('that is worse by more forbids to ship', () => {
    expect(withGuard(0.2, true).verdict).toBe('DO_NOT_SHIP')
  })

  test('does not stand in the way of another treatment', () => {
    const rows = [
      row('primary', 0.4, true, 'a'),
      row('guard', 0, false, 'a'),
      row('primary', 0.2, true, 'b'),
      row('guard', -0.2, false, 'b'),
    ]
    expect(decided(rows, healthy, [], [], rules)).toMatchObject({ verdict: 'SHIP', treatmentId: 'b' })
  })
})

describe('a look is interim', () => {
  const now = new Date('2026-06-15T00:00:00Z')
  const past = new Date('2026-06-01T00:00:00Z')
  const future = new Date('2026-07-01T00:00:00Z')
  test.each([
    ['not after the planned end', { status: 'RUNNING', endAt: past, plannedUnits: null }, 10, 0],
    ['before the planned end', { status: 'RUNNING', endAt: future, plannedUnits: null }, 10, 1],
    ['when stopped before the planned end', { status: 'STOPPED', endAt: future, plannedUnits: null }, 10, 1],
    ['with fewer users than planned', { status: 'STOPPED', endAt: null, plannedUnits: 100 }, 99, 1],
    ['not with all users planned', { status: 'RUNNING', endAt: null, plannedUnits: 100 }, 100, 0],
    ['as long as one of both plans is not reached', { status: 'RUNNING', endAt: past, plannedUnits: 100 }, 99, 1],
    ['without any plan while it runs', { status: 'RUNNING', endAt: null, plannedUnits: null }, 10, 1],
    ['not without any plan when it is over', { status: 'STOPPED', endAt: null, plannedUnits: null }, 10, 0],
  ] as const)('%s', (_name, plan, units, reasons) => {
    expect(reasonsForInterim(plan, units, now)).toHaveLength(reasons)
  })
})
