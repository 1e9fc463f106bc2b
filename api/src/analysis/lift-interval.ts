import { endAtNoEffect } from '../stats/agree-with-p-value.ts'
import { deltaLift } from '../stats/delta-lift.ts'
import { normal } from '../stats/distributions/normal.ts'
import { studentT } from '../stats/distributions/student-t.ts'
import { hasFiniteEnds, intervalAround } from '../stats/confidence-interval.ts'
import type { ArmEstimate } from '../stats/fieller-lift.ts'
import { resolveOptions, type InferenceOptions } from '../stats/inference-options.ts'
import { logLiftInterval } from '../stats/log-lift.ts'
import { isNotComputable, notComputable } from '../stats/not-computable.ts'
import type { Comparison } from './result-row.ts'

/** Intervals of the lift that can replace the one that inverts the metric's test. */
export type LiftInterval = 'DELTA' | 'LOG'

const names: Record<LiftInterval, string> = {
  DELTA: 'interval of the lift: delta method, symmetric about the estimate',
  LOG: 'interval of the lift: delta method on the log scale',
}

const ENDS_AT_NO_EFFECT =
  'The interval of the lift is not the one that goes with the test. Where the two decide otherwise about “no effect”, it ends there.'

/** The comparison with another interval for its lift. */
export function withLiftInterval(
  comparison: Comparison,
  kind: LiftInterval,
  control: ArmEstimate | null,
  treatment: ArmEstimate | null,
  inference: InferenceOptions,
): Comparison {
  if (comparison.effect === null || comparison.method === 'MANN_WHITNEY') return comparison
  if (comparison.pValue === null || control === null || treatment === null) return comparison
  const options = resolveOptions(inference)
  const lift = deltaLift(control, treatment)
  if (isNotComputable(lift)) return { ...comparison, relativeEffect: null, relativeNotComputable: lift }
  const { degreesOfFreedom, method } = comparison
  const reference = degreesOfFreedom === null || method === 'CHI_SQUARE' ? normal : studentT(degreesOfFreedom)
  const interval =
    kind === 'LOG'
      ? logLiftInterval(control, treatment, inference)
      : intervalAround(lift.estimate, lift.standardError, reference, options)
  if (isNotComputable(interval)) return { ...comparison, relativeEffect: null, relativeNotComputable: interval }
  if (!hasFiniteEnds(interval)) {
    return { ...comparison, relativeEffect: null, relativeNotComputable: notComputable('outOfRange') }
  }
  const settled = endAtNoEffect(interval, comparison.pValue, options.alpha)
  return {
    ...comparison,
    relativeEffect: {
      estimate: lift.estimate,
      standardError: kind === 'DELTA' ? lift.standardError : null,
      confidenceInterval: settled,
    },
    relativeNotComputable: null,
    adjustments: [...(comparison.adjustments ?? []), names[kind]],
    notes: settled === interval ? comparison.notes : [...comparison.notes, ENDS_AT_NO_EFFECT],
  }
}
