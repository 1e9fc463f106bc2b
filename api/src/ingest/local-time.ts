/**
 * The instant of a wall-clock time in a zone, both in milliseconds, the wall-clock time given as if it were UTC. A time
 * that occurs twice (when clocks go back) is its first occurrence; one that never occurs (when they go forward) is moved
 * on by the gap.
 */
export function epochOfLocalTime(localMs: number, timezone: string): number {
  // The offset before the transition, if one is near, is the right one in both cases.
  const before = localMs - offsetMs(localMs - DAY_MS, timezone)
  if (before + offsetMs(before, timezone) === localMs) return before
  const after = localMs - offsetMs(localMs + DAY_MS, timezone)
  if (after + offsetMs(after, timezone) === localMs) return after
  return before
}

const DAY_MS = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

/** What a zone's clocks show beyond UTC at an instant. */
function offsetMs(epochMs: number, timezone: string): number {
  let format = formats.get(timezone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(timezone, format)
  }
  const part = Object.fromEntries(format.formatToParts(epochMs).map(({ type, value }) => [type, Number(value)]))
  const shown = Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second)
  return shown - Math.floor(epochMs / 1000) * 1000
}
