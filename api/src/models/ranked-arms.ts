import { addUsers, emptyOutcome, type Outcome } from './outcome.ts'

/** Users of a control and a treatment by predicted effect: entry i of both outcomes has the users of the i-th highest. */
export interface RankedArms {
  control: Outcome
  treated: Outcome
  /** of each entry, both variants together */
  users: Float64Array
  total: number
}

/** Shares of the largest score below this are rounding: scores that differ by less are the same. */
const ROUNDING = 1e-12

/** Groups users of both variants by score, from the highest to the lowest. */
export function rankArms(scores: Float64Array, control: Outcome, treated: Outcome): RankedArms {
  const size = scores.reduce((most, score) => Math.max(most, Math.abs(score)), 0) || 1
  const rounded = scores.map((score) => Math.round(score / size / ROUNDING))
  const order = [...scores.keys()].filter((i) => control.n[i]! + treated.n[i]! > 0)
  order.sort((a, b) => rounded[b]! - rounded[a]! || a - b)
  let groups = 0
  const groupOf = order.map((i, at) => (at === 0 || rounded[i] === rounded[order[at - 1]!] ? groups : ++groups))
  const ranked = { control: emptyOutcome(groups + 1, false), treated: emptyOutcome(groups + 1, false) }
  order.forEach((i, at) => {
    addUsers(ranked.control, groupOf[at]!, control, i)
    addUsers(ranked.treated, groupOf[at]!, treated, i)
  })
  const users = ranked.control.n.map((n, i) => n + ranked.treated.n[i]!)
  return { ...ranked, users, total: users.reduce((sum, n) => sum + n, 0) }
}
