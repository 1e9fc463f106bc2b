import type { ConfidenceInterval, UnboundedReason } from '../stats/confidence-interval.ts'

const why: Record<UnboundedReason, string> = {
  controlNearZero: 'the control is not clearly different from zero, so a change in percent may be of any size',
  edgeOfSupport: 'the data are the most extreme that are possible',
  nothingToSpend: 'the design of the looks leaves this one no error to spend',
  noControlSuccesses: 'nobody in the control did it, so a change in percent may be of any size',
  oneSided: 'only the other side was asked for',
}

/** Why an interval is not the usual one from here to there; null when it is. */
export function intervalCaveat({ kind, unbounded }: ConfidenceInterval): string | null {
  if (kind === 'complement') return 'The control is so close to zero that the data only rule out the values in the gap.'
  if (kind === 'wholeLine')
    return `No size of the change can be ruled out: ${why[unbounded?.lower ?? unbounded?.upper ?? 'controlNearZero']}.`
  const sides = [
    unbounded?.lower === undefined ? [] : [`There is no lower end: ${why[unbounded.lower]}.`],
    unbounded?.upper === undefined ? [] : [`There is no upper end: ${why[unbounded.upper]}.`],
  ].flat()
  return sides.length === 0 ? null : sides.join(' ')
}
