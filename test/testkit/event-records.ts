/** One event by the contract, with its attributes. */
export type EventRecord = {
  event_id?: string
  user_id: string
  variant_id: string | null
  event_type: string
  value: number | null
  timestamp: string
  device: string | null
}

const START = Date.UTC(2026, 5, 1)
const MINUTE = 60_000

/**
 * Events of so many users: each is exposed to one of two variants, each third buys once or twice. Values differ, so that
 * what is lost or counted twice shows in the sums.
 */
export function eventRecords(users: number, from = 0): EventRecord[] {
  return Array.from({ length: users }, (_, index) => {
    const user = from + index
    const at = (minutes: number): string => new Date(START + (user * 10 + minutes) * MINUTE).toISOString()
    const own = { user_id: `user ${user}`, device: user % 4 === 0 ? 'desktop' : 'mobile' }
    const exposure = { variant_id: user % 2 ? 'treatment' : 'control', event_type: 'exposure', value: null }
    const purchase = { variant_id: null, event_type: 'purchase', device: null }
    return [
      { ...own, ...exposure, timestamp: at(0) },
      ...(user % 3 === 0 ? [{ ...own, ...purchase, value: 10 + user / 4, timestamp: at(1) }] : []),
      ...(user % 6 === 0 ? [{ ...own, ...purchase, value: 5.5, timestamp: at(2) }] : []),
    ]
  }).flat()
}

/** What an analysis must find in events, added up without the program: users, buyers and revenue by variant. */
export function totalsOf(records: readonly EventRecord[]) {
  const variants = new Map<string, string>()
  for (const { user_id: user, variant_id: variant } of records) if (variant !== null) variants.set(user, variant)
  return ['control', 'treatment'].map((variant) => {
    const purchases = records.filter((one) => one.event_type === 'purchase' && variants.get(one.user_id) === variant)
    return {
      users: [...variants.values()].filter((one) => one === variant).length,
      buyers: new Set(purchases.map(({ user_id: user }) => user)).size,
      revenue: purchases.reduce((sum, { value }) => sum + (value ?? 0), 0),
    }
  })
}

const columns = ['event_id', 'user_id', 'variant_id', 'event_type', 'value', 'timestamp', 'device'] as const

/** The events as text with a header; empty fields are what is null. */
export function delimited(records: readonly EventRecord[], separator = ','): string {
  const used = columns.filter((column) => records.some((record) => record[column] !== undefined))
  const lines = records.map((record) => used.map((column) => record[column] ?? '').join(separator))
  return [used.join(separator), ...lines, ''].join('\n')
}
