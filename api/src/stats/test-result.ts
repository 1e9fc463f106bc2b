import type { ConfidenceInterval } from './confidence-interval.ts'
import type { Alternative } from './inference-options.ts'
import type { NotComputable } from './not-computable.ts'
import type { PValue } from './p-value.ts'

/** What a test of treatment against control says; the effect is treatment minus control. */
export interface TestResult extends PValue {
  kind: 'computed'
  method: string
  alternative: Alternative
  /** the effect */
  estimate: number
  /** of the estimate */
  standardError: number
  statistic: number
  /** null where the reference distribution has none (normal) */
  degreesOfFreedom: number | null
  /** of the estimate; inverts the test: it excludes 0 if and only if pValue < 1 - level */
  confidenceInterval: ConfidenceInterval
}

/** An effect relative to the control, "lift": 0.05 is five percent more than the control. */
export interface RelativeEffect {
  kind: 'computed'
  /** null where the control is zero and the treatment is not */
  estimate: number | null
  confidenceInterval: ConfidenceInterval
}

/** A test whose interval on the relative scale inverts it too: both intervals exclude 0 or neither does. */
export interface TestResultWithLift extends TestResult {
  relativeEffect: RelativeEffect | NotComputable
}
