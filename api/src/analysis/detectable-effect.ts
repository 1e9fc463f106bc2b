import { detectableEffect } from '../stats/detectable-effect.ts'
import { alphaOf } from '../stats/inference-options.ts'
import { proportionDetectableRate } from '../stats/proportion-power.ts'
import type { UnadjustedRow } from './result-row.ts'

/** The power that a minimum detectable effect is told for. */
export const USUAL_POWER = 0.8

/** What an experiment of this size and spread finds in four cases of five. */
export interface DetectableEffect {
  /** Treatment minus control, in size. */
  absolute: number
  /** As a share of the control's size; null where the control is zero. */
  relative: number | null
}

/** The least effect that a row's test finds with 80 % power at its number of users; null where that is not known. */
export function detectableEffectOf(
  row: Pick<UnadjustedRow, 'method' | 'control' | 'treatment' | 'effect' | 'degreesOfFreedom'>,
): DetectableEffect | null {
  const absolute = absoluteOf(row)
  if (absolute === null || !Number.isFinite(absolute)) return null
  const { mean } = row.control
  return { absolute, relative: mean === null || mean === 0 ? null : absolute / Math.abs(mean) }
}

function absoluteOf({
  method,
  control,
  treatment,
  effect,
  degreesOfFreedom,
}: Parameters<typeof detectableEffectOf>[0]) {
  if (effect === null) return null
  const { level, unbounded } = effect.confidenceInterval
  const isOneSided = unbounded?.lower === 'oneSided' || unbounded?.upper === 'oneSided'
  const options = { alpha: alphaOf(level), sides: isOneSided ? 1 : 2 } as const
  if (method === 'CHI_SQUARE' || method === 'FISHER_EXACT') {
    if (control.mean === null) return null
    const ratio = treatment.n / control.n
    const { n, mean } = control
    const rate = (end: 0 | 1) => proportionDetectableRate(n, mean, USUAL_POWER, end, { ...options, ratio })
    const found = rate(1) ?? rate(0)
    return found === null ? null : Math.abs(found - mean)
  }
  const { standardError } = effect
  if (standardError === null || !(standardError > 0)) return null
  return detectableEffect(standardError, USUAL_POWER, {
    ...options,
    ...(degreesOfFreedom === null || method === 'MANN_WHITNEY' ? {} : { degreesOfFreedom }),
  })
}
