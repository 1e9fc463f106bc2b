/** What a unit of the target is worth, measured. */
export interface MeasuredWorth {
  amount: number
  standardError: number
}

/**
 * What a unit of the target is worth among those who have some of it: the sum of the money by the sum of the target, with
 * the standard error of a ratio of means.
 *
 * Formula: sqrt(n / (n - 1) sum (money - worth target)^2) / sum target.
 *
 * See Cochran (1977), "Sampling Techniques", section 6.4.
 *
 * @returns null with fewer than two such units, and where they have no money
 */
export function measuredWorth(target: Float64Array, money: Float64Array): MeasuredWorth | null {
  let [n, targetSum, moneySum] = [0, 0, 0]
  for (let unit = 0; unit < target.length; unit++) {
    if (!(target[unit]! > 0)) continue
    n++
    targetSum += target[unit]!
    moneySum += money[unit]!
  }
  if (n < 2 || moneySum === 0) return null
  const amount = moneySum / targetSum
  let squares = 0
  for (let unit = 0; unit < target.length; unit++) {
    if (target[unit]! > 0) squares += (money[unit]! - amount * target[unit]!) ** 2
  }
  return { amount, standardError: Math.sqrt((n / (n - 1)) * squares) / targetSum }
}
