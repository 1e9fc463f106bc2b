/** How far the sum of percentages may be from 100: three times 33.3 is meant to be everything. */
const TOLERANCE_PERCENT = 0.15

/** What is wrong with percentages of traffic. Null when they can be used. */
export function sharesProblem(percents: readonly (number | null)[]): string | null {
  if (percents.some((percent) => percent === null || !(percent >= 0 && percent <= 100))) {
    return 'Each share is a number from 0 to 100.'
  }
  const sum = (percents as number[]).reduce((total, percent) => total + percent, 0)
  if (Math.abs(sum - 100) <= TOLERANCE_PERCENT) return null
  return `The shares sum to ${Number(sum.toFixed(2))}%, not to 100%.`
}

/** Shares that sum to one, from percentages that nearly sum to 100. */
export function sharesOf(percents: readonly number[]): number[] {
  const sum = percents.reduce((total, percent) => total + percent, 0)
  return percents.map((percent) => percent / sum)
}
