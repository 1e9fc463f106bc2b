import { byPrediction, type ScoredUsers } from './scored-users.ts'

/**
 * The chance that of a user who converted and one who did not, the first has the higher prediction; equal ones count
 * half. Null where nobody or everybody converted.
 *
 * Formula: the sum over predictions of converted x (not converted below + half of those at it), by all pairs.
 *
 * See Hanley and McNeil (1982), "The meaning and use of the area under a receiver operating characteristic (ROC) curve".
 */
export function areaUnderCurve(users: ScoredUsers): number | null {
  const { prediction, n, mean } = users
  let above = 0
  let converted = 0
  let pairs = 0
  let tiedConverted = 0
  let tiedOthers = 0
  let others = 0
  const close = () => {
    pairs += tiedOthers * (above + tiedConverted / 2)
    above += tiedConverted
    tiedConverted = tiedOthers = 0
  }
  let last = Infinity
  for (const group of byPrediction(users)) {
    if (prediction[group] !== last) close()
    last = prediction[group]!
    const successes = n[group]! * mean[group]!
    const failures = n[group]! * (1 - mean[group]!)
    tiedConverted += successes
    tiedOthers += failures
    converted += successes
    others += failures
  }
  close()
  return converted > 0 && others > 0 ? pairs / converted / others : null
}
