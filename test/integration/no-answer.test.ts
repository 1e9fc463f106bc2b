import type { Analysis } from '@fairlift/sdk'
import { describe, expect, test } from 'vitest'
import { checkOf, rowOf } from '../testkit/find-in-analysis.ts'
import { useServer } from '../testkit/use-server.ts'

const run = useServer()

const header = 'user_id,variant_id,event_type,value,timestamp'
const both = (user: number) => (user % 2 ? 'treatment' : 'control')
const exposures = (count: number, variantOf = both, minute = 0) =>
  Array.from({ length: count }, (_, user) => `u${user},${variantOf(user)},exposure,,2026-06-01T12:0${minute}:00Z`)
const purchases = (count: number, day = '2026-06-02') =>
  Array.from({ length: count }, (_, user) => `u${user},,purchase,10,${day}T12:00:00Z`)

let number = 0
async function analyse(lines: string[]): Promise<Analysis> {
  const { client } = run
  const key = `no-answer-${number++}`
  // Over and without a plan, so that nothing but the data withholds a verdict.
  const { id: experimentId } = await client.createExperiment({ key, name: key })
  await client.uploadEvents({ experimentId, file: new File([[header, ...lines].join('\n')], 'events.csv') }).result()
  await client.startExperiment(experimentId)
  await client.stopExperiment(experimentId)
  // The events were there before it was started: it takes no start that would shut them out.
  return client.runAnalysis({ experimentId }).result()
}

describe('where the data have no answer the rows say why, in place of a number', () => {
  interface Case {
    what: string
    lines: string[]
    users: [number, number]
    reasons: Record<'conversion' | 'revenue_per_visitor' | 'average_order_value', string>
    verdict: 'WITHHELD' | 'INCONCLUSIVE'
  }
  const cases: Case[] = [
    {
      what: 'nobody bought',
      lines: exposures(200),
      users: [100, 100],
      reasons: {
        conversion: 'noSuccesses',
        revenue_per_visitor: 'zeroVariance',
        average_order_value: 'denominatorIsZero',
      },
      verdict: 'INCONCLUSIVE',
    },
    {
      what: 'everybody bought the same',
      lines: [...exposures(200), ...purchases(200)],
      users: [100, 100],
      reasons: { conversion: 'noFailures', revenue_per_visitor: 'zeroVariance', average_order_value: 'zeroVariance' },
      verdict: 'INCONCLUSIVE',
    },
    {
      what: 'all purchases lie before the exposure',
      lines: [...exposures(200), ...purchases(200, '2026-05-31')],
      users: [100, 100],
      reasons: {
        conversion: 'noSuccesses',
        revenue_per_visitor: 'zeroVariance',
        average_order_value: 'denominatorIsZero',
      },
      verdict: 'INCONCLUSIVE',
    },
    {
      what: 'one user came',
      lines: exposures(1),
      users: [1, 0],
      reasons: { conversion: 'noUnits', revenue_per_visitor: 'tooFewUnits', average_order_value: 'denominatorIsZero' },
      verdict: 'WITHHELD',
    },
    {
      what: 'all users saw both variants',
      lines: [...exposures(200), ...exposures(200, (user) => both(user + 1), 5), ...purchases(50)],
      users: [0, 0],
      reasons: { conversion: 'noUnits', revenue_per_visitor: 'tooFewUnits', average_order_value: 'noUnits' },
      verdict: 'WITHHELD',
    },
    {
      what: 'nobody was exposed',
      lines: purchases(50),
      users: [0, 0],
      reasons: { conversion: 'noUnits', revenue_per_visitor: 'tooFewUnits', average_order_value: 'noUnits' },
      verdict: 'WITHHELD',
    },
  ]

  test.each(cases)('$what', async ({ lines, users, reasons, verdict }) => {
    const analysis = await analyse(lines)
    expect(analysis.variants.map((variant) => variant.users)).toEqual(users)
    for (const [metric, reason] of Object.entries(reasons)) {
      const row = rowOf(analysis, metric)
      expect(row.notComputable).toEqual({ reason, message: expect.stringMatching(/^[A-Z].+\.$/) as string })
      expect(row).toMatchObject({ effect: null, relativeEffect: null, pValue: null, isSignificant: null })
    }
    expect(analysis.decision.verdict).toBe(verdict)
  })

  test('the checks name what is missing', async () => {
    const alone = await analyse(exposures(1))
    expect(checkOf(alone, 'TOO_FEW_USERS')).toMatchObject({ verdict: 'FAIL', count: 0 })
    const contaminated = await analyse([...exposures(40), ...exposures(40, (user) => both(user + 1), 5)])
    expect(checkOf(contaminated, 'USERS_IN_SEVERAL_VARIANTS')).toMatchObject({ verdict: 'FAIL', count: 40, share: 1 })
    const unexposed = await analyse(purchases(50))
    expect(checkOf(unexposed, 'EVENTS_WITHOUT_EXPOSURE')).toMatchObject({ verdict: 'WARN', count: 50, share: 1 })
  })
})
