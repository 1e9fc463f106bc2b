import { normal } from '../stats/distributions/normal.ts'
import { alphaOf } from '../stats/inference-options.ts'
import { combineMoments, type Moments, NO_VALUES, sampleVariance } from '../stats/moments.ts'
import type { Outcome } from './outcome.ts'
import type { RankedArms } from './ranked-arms.ts'
import type { QiniPoint } from './uplift-result.ts'

const SHARES = Array.from({ length: 21 }, (_, i) => i / 20)

/**
 * What treating only the users with the highest predicted effects would gain, by the share of users treated.
 *
 * Formula: gain = share x (mean of the treated - mean of the control's users) among those with the highest scores, each
 * fold ranked by itself. Users of equal score are taken in proportion. The interval is that of the difference of means.
 *
 * See Gutierrez and Gerardy (2017), "Causal inference and uplift modelling: a review of the literature".
 */
export function upliftCurve(folds: readonly RankedArms[], level: number): QiniPoint[] {
  const critical = normal.isf(alphaOf(level) / 2)
  const points = SHARES.map((share) => {
    const [control, treated] = (['control', 'treated'] as const).map((arm) =>
      folds.map((fold) => topUsers(fold, fold[arm], share)).reduce(combineMoments, NO_VALUES),
    ) as [Moments, Moments]
    const users = control.n + treated.n
    if (control.n === 0 || treated.n === 0) return { share, users, gain: 0, margin: share === 0 ? 0 : null }
    const variance = sampleVariance(control) / control.n + sampleVariance(treated) / treated.n
    const isKnown = control.n >= 2 && treated.n >= 2
    const gain = share * (treated.mean - control.mean)
    return { share, users, gain, margin: isKnown ? share * critical * Math.sqrt(variance) : null }
  })
  const all = points.at(-1)!.gain
  return points.map(({ share, users, gain, margin }) => ({
    ...{ share, users, gain, random: share * all },
    lower: margin === null ? null : gain - margin,
    upper: margin === null ? null : gain + margin,
  }))
}

/** The users of a variant among the share of all users with the highest scores. */
function topUsers({ users, total }: RankedArms, { n, mean, m2 }: Outcome, share: number): Moments {
  let left = share * total
  let moments = NO_VALUES
  for (let i = 0; i < users.length && left > 0; i++) {
    const part = Math.min(1, left / users[i]!)
    moments = combineMoments(moments, { n: n[i]! * part, mean: mean[i]!, m2: m2[i]! * part })
    left -= users[i]!
  }
  return moments
}
