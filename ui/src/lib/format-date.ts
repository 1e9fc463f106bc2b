const LOCALE = 'en-GB'

/** A point of an experiment's plan, in the zone it is planned in; midnight is not worth saying. */
export function planTime(iso: string): string {
  const time = new Date(iso)
  const day = time.toLocaleDateString(LOCALE, { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' })
  if (iso.slice(11, 16) === '00:00') return day
  return `${day}, ${time.toLocaleTimeString(LOCALE, { timeZone: 'UTC', hour: '2-digit', minute: '2-digit' })}`
}

/** From when to when events count. */
export function planWindow(startAt: string | null, endAt: string | null): string {
  if (startAt !== null && endAt !== null) return `${planTime(startAt)} – ${planTime(endAt)} (UTC)`
  if (startAt !== null) return `since ${planTime(startAt)} (UTC), no planned end`
  if (endAt !== null) return `until ${planTime(endAt)} (UTC)`
  return 'no dates set'
}

/** When something happened, by the reader's own clock. */
export function moment(iso: string): string {
  return new Date(iso).toLocaleString(LOCALE, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  })
}

/** What a `datetime-local` field shows for a time of the server, in UTC. */
export function fieldOfTime(iso: string | null): string {
  return iso === null ? '' : iso.slice(0, 16)
}

/** The time that a `datetime-local` field names, read as UTC. Null when it is empty. */
export function timeOfField(text: string): string | null {
  return text === '' ? null : new Date(`${text}Z`).toISOString()
}
