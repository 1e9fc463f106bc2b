/**
 * Reads a generated log as a stranger would: from its text alone, by the contract in README.md, sharing nothing with
 * the code that wrote it.
 */

export interface ReadEvent {
  eventId: string
  userId: string
  variant: string
  type: string
  value: number | null
  timestamp: string
  device: string
}

export interface ReadLog {
  rows: number
  events: ReadEvent[]
  duplicates: number
  /** Rows that break the contract, by what is wrong with them. */
  rejected: Record<string, number>
}

const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/

/** Reads CSV (separator ',') or TSV (a tab). */
export function readLog(text: string, variants: readonly string[], separator = ','): ReadLog {
  const lines = text.split('\n')
  if (lines.pop() !== '') throw new Error('the last line does not end')
  const columns = (lines[0] as string).split(separator)
  const at = Object.fromEntries(columns.map((name, i) => [name, i]))
  const log: ReadLog = { rows: lines.length - 1, events: [], duplicates: 0, rejected: {} }
  const seen = new Set<string>()
  for (const line of lines.slice(1)) {
    const fields = line.split(separator)
    const field = (name: string): string => fields[at[name] as number] as string
    const wrong = whatIsWrong(fields.length - columns.length, field, variants)
    if (wrong !== null) {
      log.rejected[wrong] = (log.rejected[wrong] ?? 0) + 1
      continue
    }
    if (seen.has(field('event_id'))) {
      log.duplicates++
      continue
    }
    seen.add(field('event_id'))
    log.events.push({
      eventId: field('event_id'),
      userId: field('user_id'),
      variant: field('variant_id'),
      type: field('event_type'),
      value: field('value') === '' ? null : Number(field('value')),
      timestamp: field('timestamp'),
      device: field('device'),
    })
  }
  return log
}

function whatIsWrong(surplus: number, field: (name: string) => string, variants: readonly string[]): string | null {
  if (surplus > 0) return 'tooManyFields'
  if (surplus < 0) return 'tooFewFields'
  if (field('user_id') === '') return 'emptyUser'
  if (field('event_type') === 'exposure' && !variants.includes(field('variant_id'))) return 'unknownVariant'
  if (!TIMESTAMP.test(field('timestamp'))) return 'notATimestamp'
  if (field('timestamp') > '2090') return 'farFuture'
  if (Number.isNaN(Number(field('value')))) return 'notANumber'
  if (['purchase', 'refund'].includes(field('event_type')) && field('value') === '') return 'missingValue'
  return null
}

/** What an analysis knows of a user. */
export interface Outcome {
  variant: string
  exposedAt: string
  device: string
  variantsSeen: Set<string>
  events: number
  orders: number
  revenue: number
  refunds: number
  refunded: number
  eventsBefore: number
  revenueBefore: number
}

/** Users by their first exposure, and what they did from then on. */
export function outcomesOf(events: readonly ReadEvent[]): Map<string, Outcome> {
  const users = new Map<string, Outcome>()
  const exposures = events.filter(({ type }) => type === 'exposure')
  for (const { userId, timestamp, variant, device } of exposures) {
    const user = users.get(userId)
    if (user === undefined) {
      const nothing = { events: 0, orders: 0, revenue: 0, refunds: 0, refunded: 0, eventsBefore: 0, revenueBefore: 0 }
      users.set(userId, { variant, exposedAt: timestamp, device, variantsSeen: new Set([variant]), ...nothing })
      continue
    }
    user.variantsSeen.add(variant)
    if (timestamp < user.exposedAt) Object.assign(user, { exposedAt: timestamp, variant, device })
  }
  for (const { userId, timestamp, type, value } of events) {
    const user = users.get(userId)
    if (user === undefined) throw new Error(`user ${userId} was never exposed`)
    user.events++
    if (timestamp < user.exposedAt) {
      user.eventsBefore++
      if (type === 'purchase') user.revenueBefore += value as number
    } else if (type === 'purchase') {
      user.orders++
      user.revenue += value as number
    } else if (type === 'refund') {
      user.refunds++
      user.refunded -= value as number
    }
  }
  return users
}

/** More events than any person makes: a bot. */
const BOT_EVENTS = 100

export function isBot({ events }: Outcome): boolean {
  return events >= BOT_EVENTS
}

/** The users whom an analysis counts: neither bots nor contaminated. */
export function ordinaryUsers(users: Iterable<Outcome>, variant: string): Outcome[] {
  return [...users].filter((user) => user.variant === variant && !isBot(user) && user.variantsSeen.size === 1)
}
