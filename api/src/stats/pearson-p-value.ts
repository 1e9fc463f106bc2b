import { chiSquare } from './distributions/chi-square.ts'
import { normal } from './distributions/normal.ts'
import type { Alternative } from './inference-options.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import { fromTail, type PValue, symmetricPValue } from './p-value.ts'
import type { Proportion } from './proportion.ts'
import { crossDifference } from './risk-difference.ts'

export interface SignedChiSquare extends PValue {
  kind: 'computed'
  /** the square root of chi-square, with the sign of the difference: the pooled z statistic */
  z: number
}

/**
 * Pearson's chi-square of two proportions in its signed form, which the test and the score intervals share.
 *
 * Formula: z = (x_t n_c - x_c n_t) sqrt(N / (n_t n_c (x_t + x_c) (N - x_t - x_c))).
 * Not computable: `noUnits`, `noSuccesses`, `noFailures`.
 */
export function pearsonPValue(
  control: Proportion,
  treatment: Proportion,
  alternative: Alternative,
): SignedChiSquare | NotComputable {
  if (control.n === 0 || treatment.n === 0) return notComputable('noUnits')
  const total = control.n + treatment.n
  const successes = control.successes + treatment.successes
  if (successes === 0) return notComputable('noSuccesses')
  if (successes === total) return notComputable('noFailures')
  const spread = Math.sqrt((successes / total) * (total - successes) * control.n) * Math.sqrt(treatment.n)
  const z = crossDifference(control, treatment) / spread
  if (alternative !== 'two-sided') return { kind: 'computed', z, ...symmetricPValue(normal, z, alternative) }
  const reference = chiSquare(1)
  return { kind: 'computed', z, ...fromTail(reference.sf(z * z), reference.logSf(z * z)) }
}
