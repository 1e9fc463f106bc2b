import type { ConfidenceInterval, UnboundedReason } from '@fairlift/sdk'

/** An interval in as few characters as it takes; `text` writes one end. */
export function shortInterval(interval: ConfidenceInterval, text: (value: number) => string): string {
  const { kind, lower, upper, gap } = interval
  if (kind === 'COMPLEMENT' && gap !== null) return `not between ${text(gap.lower)} and ${text(gap.upper)}`
  if (kind === 'WHOLE_LINE' || (lower === null && upper === null)) return 'any size is possible'
  if (lower === null) return `up to ${text(upper!)}`
  if (upper === null) return `${text(lower)} or more`
  return `${text(lower)} to ${text(upper)}`
}

const why: Record<UnboundedReason, string> = {
  CONTROL_NEAR_ZERO: 'the control is not clearly different from zero, so a change in percent may be of any size',
  EDGE_OF_SUPPORT: 'the data are the most extreme that are possible',
  NOTHING_TO_SPEND: 'the design of the looks leaves this one no error to spend',
  NO_CONTROL_SUCCESSES: 'nobody in the control did it, so a change in percent may be of any size',
  ONE_SIDED: 'only the other side was asked for',
}

/** Why an interval is not the usual one from here to there. Null when it is. */
export function intervalCaveat(interval: ConfidenceInterval): string | null {
  const { kind, lowerUnbounded, upperUnbounded } = interval
  if (kind === 'COMPLEMENT') {
    return 'The control is so close to zero that the data only rule out the values in the gap.'
  }
  if (kind === 'WHOLE_LINE')
    return `No size of the change can be ruled out: ${why[lowerUnbounded ?? 'CONTROL_NEAR_ZERO']}.`
  const sides = [
    lowerUnbounded === null ? null : `There is no lower end: ${why[lowerUnbounded]}.`,
    upperUnbounded === null ? null : `There is no upper end: ${why[upperUnbounded]}.`,
  ].filter((side) => side !== null)
  return sides.length === 0 ? null : sides.join(' ')
}
