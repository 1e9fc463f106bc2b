import { type NotComputable, notComputable } from './not-computable.ts'
import { type Proportion, requireProportion } from './proportion.ts'

export interface ArcsineEffect {
  kind: 'computed'
  cohensH: number
}

/**
 * Cohen's h: how far apart two conversion rates are on the scale where their noise is the same everywhere. 0.2 is
 * small.
 *
 * Formula: 2 asin(sqrt(p_t)) - 2 asin(sqrt(p_c)). Not computable: `noUnits`. Errors: RangeError for counts that are not
 * whole.
 *
 * See Cohen (1988), "Statistical power analysis for the behavioral sciences", section 6.2.
 *
 * @example
 * cohensH({ successes: 48, n: 80 }, { successes: 56, n: 70 }).cohensH // => 0.442143
 */
export function cohensH(control: Proportion, treatment: Proportion): ArcsineEffect | NotComputable {
  requireProportion('control', control)
  requireProportion('treatment', treatment)
  if (control.n === 0 || treatment.n === 0) return notComputable('noUnits')
  return { kind: 'computed', cohensH: angle(treatment) - angle(control) }
}

function angle({ successes, n }: Proportion): number {
  return 2 * Math.asin(Math.sqrt(successes / n))
}
