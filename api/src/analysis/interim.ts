/** What an experiment planned, and where it is. */
export interface Plan {
  status: 'DRAFT' | 'RUNNING' | 'STOPPED' | 'ARCHIVED'
  endAt: Date | null
  plannedUnits: number | null
}

/**
 * Why a look at the results is an early one; none when it is the planned one. A p-value looked at before the planned end
 * is not what it says: looking again and again finds "significance" where there is nothing.
 *
 * @param units units exposed so far
 */
export function reasonsForInterim({ status, endAt, plannedUnits }: Plan, units: number, now: Date): string[] {
  const hasEnded = status === 'STOPPED' || status === 'ARCHIVED'
  if (endAt === null && plannedUnits === null) {
    if (hasEnded) return []
    return ['The experiment has neither a planned end nor a planned number of users. Set one, or stop the experiment.']
  }
  const reasons: string[] = []
  if (endAt !== null && now < endAt) {
    const stopped = hasEnded ? 'It was stopped before its planned end' : 'It runs until its planned end'
    reasons.push(`${stopped}, ${endAt.toISOString().slice(0, 16).replace('T', ' ')} UTC.`)
  }
  if (plannedUnits !== null && units < plannedUnits) {
    reasons.push(
      `${units.toLocaleString('en-US')} of ${plannedUnits.toLocaleString('en-US')} planned users were exposed.`,
    )
  }
  return reasons
}
