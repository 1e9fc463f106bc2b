/** Time of the first event: fixed, so that the same file is the same bytes. */
const FIRST_EVENT_AT = Date.UTC(2026, 0, 5)

export interface EventFileOptions {
  users: number
  /** Stands in every user's id: files with different marks have no event in common. */
  mark?: string
}

/**
 * A file of events that follow the contract: each user sees a variant in turn, and each third of them buys. It has
 * `eventsOf(users)` rows.
 */
export function eventFile({ users, mark = 'u' }: EventFileOptions): Blob {
  const lines = ['user_id,variant_id,event_type,value,timestamp,device\n']
  const parts: string[] = []
  for (let user = 0; user < users; user++) {
    const variant = user % 2 === 0 ? 'control' : 'treatment'
    const device = user % 5 === 0 ? 'desktop' : 'mobile'
    const at = FIRST_EVENT_AT + user * 1000
    lines.push(`${mark}${user},${variant},exposure,,${new Date(at).toISOString()},${device}\n`)
    if (user % 3 === 0) {
      const value = 20 + (user % 7) + (variant === 'treatment' ? 1 : 0)
      lines.push(`${mark}${user},${variant},purchase,${value},${new Date(at + 60_000).toISOString()},${device}\n`)
    }
    // A blob is read piece by piece: in lines it would be sent line by line.
    if (lines.length > 10_000) parts.push(lines.splice(0).join(''))
  }
  return new Blob([...parts, lines.join('')], { type: 'text/csv' })
}

/** How many events the file of so many users has. */
export function eventsOf(users: number): number {
  return users + Math.ceil(users / 3)
}
