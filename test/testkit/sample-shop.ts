import { readFileSync } from 'node:fs'
import type { CreateExperimentInput } from '@fairlift/sdk'

/**
 * The sample of datasets/, read by its README and without the program: every number that an analysis of it must find is
 * added up here once more.
 */
const text = readFileSync(new URL('../../datasets/sample_events.csv', import.meta.url), 'utf8')

export const sampleFile = new File([text], 'sample_events.csv')

/** The experiment that the sample is the log of. */
export const sampleExperiment: Omit<CreateExperimentInput, 'key'> = {
  name: 'One-page checkout',
  currency: 'EUR',
  startAt: '2026-06-01T00:00:00.000Z',
  endAt: '2026-06-29T00:00:00.000Z',
}

interface Row {
  eventId: string
  user: string
  variant: string
  type: string
  value: number
  time: number
  device: string
}

/** One user that was exposed to one variant. */
export interface SampleUser {
  variant: string
  device: string
  /** Whether, how often, for how much, and for how much less what was sent back. */
  converted: number
  orders: number
  sales: number
  revenue: number
}

export interface SampleWindow {
  from?: string
  to?: string
  daysSinceExposure?: number
}

const rows = goodRows()

function goodRows(): Row[] {
  const [header, ...lines] = text.trimEnd().split('\n')
  const names = header!.split(',')
  const known = new Set<string>()
  return lines.flatMap((line) => {
    const fields = line.split(',')
    const field = (name: string): string => fields[names.indexOf(name)] ?? ''
    const [eventId, type, value, time] = [field('event_id'), field('event_type'), field('value'), field('timestamp')]
    const isBad =
      fields.length !== names.length ||
      field('user_id') === '' ||
      (type === 'exposure' && !['control', 'treatment'].includes(field('variant_id'))) ||
      !(Date.parse(time) < Date.UTC(2090)) ||
      (type === 'purchase' && !/^\d/.test(value))
    if (isBad || known.has(eventId)) return []
    known.add(eventId)
    const [user, variant, device] = [field('user_id'), field('variant_id'), field('device')]
    return [{ eventId, user, variant, type, value: Number(value), time: Date.parse(time), device }]
  })
}

/** The users of one variant only who were exposed in the window, with what they did from then on until its end. */
export function sampleUsers({ from, to, daysSinceExposure }: SampleWindow = {}): SampleUser[] {
  const begin = Date.parse(from ?? sampleExperiment.startAt!)
  const end = Date.parse(to ?? sampleExperiment.endAt!)
  const exposures = new Map<string, Row[]>()
  for (const row of rows) {
    if (row.type !== 'exposure' || row.time < begin || row.time >= end) continue
    exposures.set(row.user, [...(exposures.get(row.user) ?? []), row])
  }
  const users = new Map<string, SampleUser & { exposedAt: number }>()
  for (const [user, own] of exposures) {
    if (new Set(own.map(({ variant }) => variant)).size > 1) continue
    const { variant, device, time } = own.toSorted((a, b) => a.time - b.time)[0]!
    users.set(user, { variant, device, exposedAt: time, converted: 0, orders: 0, sales: 0, revenue: 0 })
  }
  for (const { user, type, value, time } of rows) {
    const own = users.get(user)
    if (own === undefined || time < own.exposedAt || time >= end) continue
    if (daysSinceExposure !== undefined && time >= own.exposedAt + daysSinceExposure * 86_400_000) continue
    if (type === 'purchase') {
      own.converted = 1
      own.orders++
      own.sales += value
    }
    if (type === 'purchase' || type === 'refund') own.revenue += value
  }
  return [...users.values()]
}
