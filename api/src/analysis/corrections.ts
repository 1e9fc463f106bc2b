import type { Adjustment } from '../stats/adjust-p-values.ts'
import { benjaminiHochberg } from '../stats/benjamini-hochberg.ts'
import { benjaminiYekutieli } from '../stats/benjamini-yekutieli.ts'
import { bonferroni, bonferroniLevel } from '../stats/bonferroni.ts'
import { falseCoverageRateLevel } from '../stats/false-coverage-rate.ts'
import { hochberg } from '../stats/hochberg.ts'
import { holm } from '../stats/holm.ts'
import type { Correction } from './settings.ts'

interface FamilyResult {
  level: number
  /** Tests that are significant after the adjustment. */
  selected: number
  familySize: number
}

/** How the p-values of a family are adjusted, and which intervals go with them. */
export interface CorrectionMethod {
  /** As people call it. */
  name: string
  adjust: Adjustment
  /** The level at which intervals are made that allow for the number of tests. */
  intervalLevel(family: FamilyResult): number
  /** What the intervals keep. */
  keeps: 'the false coverage rate' | 'all intervals at once'
  /** Whether an interval shuts out no effect exactly when the adjusted p-value is below alpha; else only then. */
  invertsTest: boolean
}

const jointly = {
  intervalLevel: ({ level, familySize }: FamilyResult) => bonferroniLevel(level, familySize),
  keeps: 'all intervals at once',
} as const

/**
 * The corrections. The intervals of Benjamini and Hochberg's, Benjamini and Yekutieli's and Bonferroni's adjusted
 * p-values shut out "no effect" exactly for the rows that are significant. Holm's and Hochberg's procedures reject more
 * than any two-sided intervals that hold jointly can show; beside them stand Bonferroni's intervals, and there one thing
 * follows only: what an interval shuts out, the adjusted p-value rejects.
 */
export const corrections: Record<Exclude<Correction, 'NONE'>, CorrectionMethod> = {
  BENJAMINI_HOCHBERG: {
    name: 'Benjamini-Hochberg',
    adjust: benjaminiHochberg,
    intervalLevel: (family) => falseCoverageRateLevel(family),
    keeps: 'the false coverage rate',
    invertsTest: true,
  },
  BENJAMINI_YEKUTIELI: {
    name: 'Benjamini-Yekutieli',
    adjust: benjaminiYekutieli,
    intervalLevel: (family) => falseCoverageRateLevel({ ...family, dependence: 'any' }),
    keeps: 'the false coverage rate',
    invertsTest: true,
  },
  HOLM: { name: 'Holm', adjust: holm, invertsTest: false, ...jointly },
  HOCHBERG: { name: 'Hochberg', adjust: hochberg, invertsTest: false, ...jointly },
  BONFERRONI: { name: 'Bonferroni', adjust: bonferroni, invertsTest: true, ...jointly },
}
