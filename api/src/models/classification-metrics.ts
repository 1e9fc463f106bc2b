import { areaUnderCurve } from './auc.ts'
import { calibrationLine } from './calibration.ts'
import { rankUsers, type RankedUsers, type ScoredUsers } from './scored-users.ts'
import type { ClassificationMetrics } from './validation.ts'

/**
 * How well conversions are foretold.
 *
 * Formula: log loss = -mean of (y log p + (1 - y) log(1 - p)); Brier score = mean of (p - y)^2.
 * Null where a number does not exist: without users, or with a certain prediction that was wrong.
 *
 * See Brier (1950), "Verification of forecasts expressed in terms of probability".
 */
export function classificationMetrics(users: ScoredUsers): ClassificationMetrics {
  const ranked = rankUsers(users)
  const total = ranked.n.reduce((sum, count) => sum + count, 0)
  const line = calibrationLine(ranked)
  const finite = (value: number) => (Number.isFinite(value) ? value : null)
  return {
    kind: 'CLASSIFICATION',
    users: total,
    auc: areaUnderCurve(ranked),
    logLoss: finite(logLoss(ranked) / total),
    brier: finite(brier(ranked) / total),
    calibrationSlope: line?.slope ?? null,
    calibrationIntercept: line?.intercept ?? null,
  }
}

/** The sum over users. */
function logLoss({ prediction, n, mean }: RankedUsers): number {
  let sum = 0
  prediction.forEach((p, i) => {
    const [successes, failures] = [n[i]! * mean[i]!, n[i]! * (1 - mean[i]!)]
    if (successes > 0) sum -= successes * Math.log(p)
    if (failures > 0) sum -= failures * Math.log1p(-p)
  })
  return sum
}

function brier({ prediction, n, mean }: RankedUsers): number {
  let sum = 0
  prediction.forEach((p, i) => (sum += n[i]! * (mean[i]! * (1 - p) ** 2 + (1 - mean[i]!) * p ** 2)))
  return sum
}
