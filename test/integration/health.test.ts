import type { Analysis, VariantInput } from '@fairlift/sdk'
import { describe, expect, test } from 'vitest'
import { delimited, type EventRecord } from '../testkit/event-records.ts'
import { checkOf } from '../testkit/find-in-analysis.ts'
import '../testkit/matchers.ts'
import { useServer } from '../testkit/use-server.ts'

const run = useServer()
const DAYS = ['2026-06-01', '2026-06-02', '2026-06-03']
const TWO: VariantInput[] = [
  { key: 'control', role: 'CONTROL', trafficSplit: 0.5 },
  { key: 'treatment', role: 'TREATMENT', trafficSplit: 0.5 },
]

/** Users of three days and two devices, half of them in each variant; each fifth buys an hour later. */
function shopUsers(count: number): { id: string; variant: string; day: string; device: string; buys: boolean }[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `user-${index}`,
    variant: index % 2 === 0 ? 'control' : 'treatment',
    day: DAYS[Math.floor(index / 2) % 3]!,
    device: Math.floor(index / 6) % 2 === 0 ? 'mobile' : 'desktop',
    buys: index % 5 === 0,
  }))
}

const eventOf = (
  user: { id: string; device: string },
  event_type: string,
  timestamp: string,
  variant_id: string | null = null,
): EventRecord => ({
  user_id: user.id,
  variant_id,
  event_type,
  value: event_type === 'purchase' ? 20 : null,
  timestamp,
  device: user.device,
})

function eventsOf(users: ReturnType<typeof shopUsers>): EventRecord[] {
  return users.flatMap((user) => [
    eventOf(user, 'exposure', `${user.day}T10:00:00Z`, user.variant),
    ...(user.buys ? [eventOf(user, 'purchase', `${user.day}T11:00:00Z`)] : []),
  ])
}

async function analysed(
  key: string,
  events: EventRecord[],
  { variants = TWO, segmentBy }: { variants?: VariantInput[]; segmentBy?: string } = {},
): Promise<Analysis> {
  const times = { startAt: '2026-06-01T00:00:00Z', endAt: '2026-06-04T00:00:00Z' }
  const { id } = await run.client.createExperiment({ key, name: key, variants, ...times })
  const file = new File([delimited(events)], `${key}.csv`)
  await run.client.uploadEvents({ experimentId: id, file }).result()
  return run.client.runAnalysis({ experimentId: id, ...(segmentBy === undefined ? {} : { segmentBy }) }).result()
}

describe('a sound experiment', () => {
  test('passes every check, each said in a sentence', async () => {
    const { health } = await analysed('sound', eventsOf(shopUsers(1200)))
    expect(health.filter(({ verdict }) => verdict !== 'PASS')).toEqual([])
    for (const { message } of health) expect(message).toMatch(/\.$/)
    expect(health.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'SAMPLE_RATIO_MISMATCH_ANY_TIME',
        'BALANCE_BEFORE_EXPOSURE',
        'EVENTS_OUT_OF_TIME',
        'BOT_LIKE_USERS',
        'SUSPICIOUS_LIFT',
      ]),
    )
  })
})

describe('a broken split', () => {
  test('blocks the verdict, and the day and the device it comes from are found', async () => {
    // Of the treatment, users of desktops are lost on the second day.
    const kept = shopUsers(3000).filter(
      ({ variant, day, device }) => !(variant === 'treatment' && day === DAYS[1] && device === 'desktop'),
    )
    const analysis = await analysed('lost-desktops', eventsOf(kept), { segmentBy: 'device' })
    expect(analysis.decision.verdict).toBe('WITHHELD')
    const check = checkOf(analysis, 'SAMPLE_RATIO_MISMATCH')
    expect(check.verdict).toBe('FAIL')
    expect(checkOf(analysis, 'SAMPLE_RATIO_MISMATCH_ANY_TIME').verdict).toBe('FAIL')
    const [day, , , device, other] = check.parts
    const users = (variant: string) => kept.filter((user) => user.variant === variant && user.day === DAYS[1]).length
    expect(day).toMatchObject({ attribute: null, value: DAYS[1], users: [users('control'), users('treatment')] })
    expect(day!.share).toBeCloseTo(1, 12)
    expect(device).toMatchObject({ attribute: 'device', value: 'desktop' })
    expect(other).toMatchObject({ attribute: 'device', value: 'mobile' })
    expect(device!.share).toBeGreaterThan(0.99)
    expect(check.action).toContain('make 100% of the mismatch')
  })

  test('is one user in a variant that gets none of the traffic, and not that variant when it is empty', async () => {
    const variants = [...TWO, { key: 'closed', role: 'TREATMENT' as const, trafficSplit: 0 }]
    const empty = await analysed('closed-and-empty', eventsOf(shopUsers(600)), { variants })
    expect(checkOf(empty, 'SAMPLE_RATIO_MISMATCH').verdict).toBe('PASS')
    expect(checkOf(empty, 'TOO_FEW_USERS').verdict).toBe('PASS')
    const stray = { id: 'stray', device: 'mobile', variant: 'closed', day: DAYS[0]!, buys: false }
    const open = await analysed('closed-and-entered', eventsOf([...shopUsers(600), stray]), { variants })
    expect(checkOf(open, 'SAMPLE_RATIO_MISMATCH')).toMatchObject({ verdict: 'FAIL', pValue: 0, count: 1 })
  })
})

test('users who differed before they saw anything block the verdict, with the metric', async () => {
  const users = shopUsers(2000)
  const history = users
    .filter((user, index) => (user.variant === 'treatment' ? index % 4 !== 1 : index % 8 === 0))
    .map((user) => eventOf(user, 'purchase', '2026-05-20T12:00:00Z'))
  const analysis = await analysed('unlike-before', [...history, ...eventsOf(users)])
  const check = checkOf(analysis, 'BALANCE_BEFORE_EXPOSURE')
  expect(check).toMatchObject({ verdict: 'FAIL' })
  expect(check.message).toMatch(/differed in "(conversion|revenue_per_visitor)"/)
  expect(analysis.decision.verdict).toBe('WITHHELD')
})

test('bots and the future are told with their numbers', async () => {
  const users = shopUsers(600)
  const bot = Array.from({ length: 700 }, (_, index) =>
    eventOf(
      users[0]!,
      'purchase',
      `2026-06-03T12:${String(index % 60).padStart(2, '0')}:${String(Math.floor(index / 60)).padStart(2, '0')}Z`,
    ),
  )
  const future = eventOf(users[1]!, 'purchase', '2999-01-01T00:00:00Z')
  const analysis = await analysed('bot-and-future', [...eventsOf(users), ...bot, future])
  const bots = checkOf(analysis, 'BOT_LIKE_USERS')
  expect(bots).toMatchObject({ verdict: 'WARN', count: 1 })
  expect(bots.message).toContain('up to 701')
  expect(checkOf(analysis, 'EVENTS_OUT_OF_TIME')).toMatchObject({ verdict: 'WARN', count: 1 })
})
