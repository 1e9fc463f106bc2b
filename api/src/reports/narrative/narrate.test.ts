import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '../../analysis/decide.ts'
import { check, type HealthCheck } from '../../analysis/health/health-check.ts'
import type { ResultRow } from '../../analysis/result-row.ts'
import { isNotComputable } from '../../stats/not-computable.ts'
import { welchTTest } from '../../stats/welch-t-test.ts'
import type { ReportMetric, ReportSubject } from '../report-subject.ts'
import { narrate, type Narrative } from './narrate.ts'

const measure = { eventTypes: ['purchase'], aggregation: 'sum' } as const
const metrics: ReportMetric[] = [
  {
    id: 'm',
    key: 'revenue',
    name: 'Revenue per visitor',
    kind: 'MEAN',
    format: 'CURRENCY',
    goal: 'INCREASE',
    role: 'PRIMARY',
    numerator: { ...measure, eventTypes: ['purchase'] },
    denominator: null,
  },
  {
    id: 'g',
    key: 'returns',
    name: 'Returns',
    kind: 'MEAN',
    format: 'NUMBER',
    goal: 'DECREASE',
    role: 'GUARDRAIL',
    numerator: { ...measure, eventTypes: ['refund'] },
    denominator: null,
  },
]

/** A row of two arms of n users, by Welch's test. */
function rowOf(metricId: string, treatmentId: string, n: number, control: number, treatment: number): ResultRow {
  const test = welchTTest({ n, mean: control, m2: n - 1 }, { n, mean: treatment, m2: n - 1 })
  if (isNotComputable(test)) throw new Error('expected a test')
  const { relativeEffect: lift, pValue, log10PValue } = test
  const arm = (mean: number) => ({ n, mean, standardDeviation: 1, total: n * mean, denominatorTotal: null })
  return {
    ...{
      metricId,
      metricKey: metricId,
      controlId: 'c',
      treatmentId,
      segment: null,
      method: 'WELCH_T',
      methodReason: '',
    },
    ...{ control: arm(control), treatment: arm(treatment), pValue, log10PValue, adjustedPValue: pValue },
    effect: {
      estimate: treatment - control,
      standardError: test.standardError,
      confidenceInterval: test.confidenceInterval,
    },
    relativeEffect: isNotComputable(lift) ? null : { ...lift, standardError: null },
    ...{ relativeNotComputable: null, statistic: test.statistic, degreesOfFreedom: test.degreesOfFreedom },
    ...{ correction: 'NONE', family: 'all metrics', familySize: 2, isSignificant: pValue < 0.05 },
    ...{ adjustedEffect: null, adjustedRelativeEffect: null, adjustments: [], effectSize: null, effectSizes: [] },
    minimumDetectableEffect: { absolute: 2.8 / Math.sqrt(n / 2), relative: 2.8 / Math.sqrt(n / 2) / Math.abs(control) },
    ...{ rank: null, notComputable: null, notes: [] },
  } as ResultRow
}

interface Given {
  n: number
  lifts: number[]
  harm: number
  failed: boolean
  warned: boolean
  interim: boolean
}

const failure = check('SAMPLE_RATIO_MISMATCH', {
  verdict: 'FAIL',
  message: 'Users are split 60% / 40%.',
  action: 'Look for redirects.',
})
const warning = check('MISSING_DAYS', { verdict: 'WARN', message: 'Two days are missing.', action: 'Upload them.' })

function subjectOf({ n, lifts, harm, failed, warned, interim }: Given): ReportSubject {
  const treatments = lifts.map((_, index) => `t${index}`)
  const rows = lifts.flatMap((lift, index) => [
    rowOf('m', `t${index}`, n, 1, 1 + lift),
    rowOf('g', `t${index}`, n, 1, 1 + harm),
  ])
  const health: HealthCheck[] = [
    check('TOO_FEW_USERS', { verdict: 'PASS', message: 'There are enough.' }),
    ...(failed ? [failure] : []),
    ...(warned ? [warning] : []),
  ]
  const names = { variant: (id: string) => id, metric: (id: string) => metrics.find((one) => one.id === id)!.name }
  const [effect] = rows
  return {
    experiment: {
      name: 'Checkout',
      key: 'checkout',
      hypothesis: null,
      currency: 'EUR',
      plannedUnits: interim ? 10 * n : null,
    },
    interim,
    settings: {
      ...{ level: 0.95, alternative: 'two-sided', correction: 'NONE', methods: [], segment: null },
      window: { from: '2026-06-01T00:00:00.000Z', to: '2026-06-29T00:00:00.000Z', daysSinceExposure: null },
    },
    variants: ['c', ...treatments].map((id) => ({ id, name: id, trafficSplit: 1 / (lifts.length + 1), users: n })),
    metrics,
    rows,
    health,
    decision: decide(rows, metrics, health, interim ? ['It runs until June.'] : [], names),
    revenueChanges: [
      {
        metricId: 'm',
        treatmentId: 't0',
        estimate: effect!.effect!.estimate,
        lower: -1000,
        upper: 2000,
        level: 0.95,
        horizonDays: 365,
        usersPerDay: 120,
      },
    ],
  }
}

function textOf({ tested, verdict, meaning, findings, health, revenue, nextSteps }: Narrative): string {
  return [tested, verdict, ...meaning, ...findings, ...health, revenue, ...nextSteps].join('\n')
}

const anything = fc.record<Given>({
  n: fc.integer({ min: 3, max: 100_000 }),
  lifts: fc.array(fc.double({ min: -0.9, max: 2, noNaN: true }), { minLength: 1, maxLength: 9 }),
  harm: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
  failed: fc.boolean(),
  warned: fc.boolean(),
  interim: fc.boolean(),
})

describe('whatever was measured', () => {
  it('the text is whole: no value that is not there, no sentence without an end', () => {
    fc.assert(
      fc.property(anything, (given) => {
        const narrative = narrate(subjectOf(given))
        expect(textOf(narrative)).not.toMatch(/undefined|null|NaN|Infinity|\[object/)
        for (const line of textOf(narrative).split('\n')) expect(line).toMatch(/[.]$/)
        expect(narrative.findings.length).toBeGreaterThan(0)
        expect(narrative.nextSteps.length).toBeGreaterThan(0)
      }),
    )
  })

  it('nothing is called significant, least of all at an interim look, and no p-value is told there', () => {
    fc.assert(
      fc.property(anything, (given) => {
        expect(textOf(narrate(subjectOf(given)))).not.toMatch(/significan/i)
        const { findings } = narrate(subjectOf({ ...given, interim: true }))
        expect(findings.join(' ')).not.toMatch(/\bp [=<>]|proven/)
      }),
    )
  })

  it('each finding about the data is told with what to do, and a failed one takes all findings back', () => {
    fc.assert(
      fc.property(anything, (given) => {
        const { health, findings, revenue, nextSteps } = narrate(subjectOf({ ...given, failed: true, warned: true }))
        for (const { message, action } of [failure, warning]) expect(health).toContain(`${message} ${action}`)
        for (const finding of findings) expect(finding).toMatch(/Not to be relied on\.$/)
        expect(revenue).toContain('cannot be told')
        expect(nextSteps.join(' ')).toMatch(/Look for redirects.*Do not decide/)
      }),
    )
  })

  it('a verdict that leaves things open says what the interval still allows', () => {
    fc.assert(
      fc.property(anything, (given) => {
        const subject = subjectOf({ ...given, failed: false, interim: false })
        const { verdict } = subject.decision
        fc.pre(verdict === 'INCONCLUSIVE' || verdict === 'KEEP_RUNNING')
        expect(narrate(subject).meaning.join(' ')).toMatch(/the data still (allow|rule out)/)
      }),
    )
  })
})

describe('users that are missing', () => {
  it('are counted where a lift that matters could have been missed', () => {
    const subject = subjectOf({ n: 4000, lifts: [0.01], harm: 0, failed: false, warned: false, interim: false })
    expect(subject.decision.verdict).toBe('KEEP_RUNNING')
    const { meaning } = narrate(subject)
    // (0.0626 / 0.05)² times 8,000 users.
    expect(meaning.at(-1)).toMatch(
      /about 12,544 users in control and treatment together, 4,544 more than the 8,000 here/,
    )
  })
})
