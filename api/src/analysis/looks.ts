import { agreeWithPValue } from '../stats/agree-with-p-value.ts'
import type { ConfidenceInterval } from '../stats/confidence-interval.ts'
import { normal } from '../stats/distributions/normal.ts'
import { type Alternative, alphaOf, type InferenceOptions } from '../stats/inference-options.ts'
import { alwaysValidCalibration, groupSequentialCalibration, type LookCalibration } from '../stats/look-calibration.ts'
import type { EffectEstimate, UnadjustedRow } from './result-row.ts'
import type { AnalysisSettings } from './settings.ts'
import { type Spending, type SpendingChoice, spendingFunctionOf } from './spending.ts'

export interface GroupSequentialLook extends SpendingChoice {
  kind: 'GROUP_SEQUENTIAL'
  plannedUnits: number
  /** Shares of the planned users at the looks that were taken before, rising. */
  earlierFractions: number[]
  /** The experiment is over: this look spends all that is left. */
  isLast: boolean
}

export interface AlwaysValidLook {
  kind: 'ALWAYS_VALID'
  /** Number of users at which the intervals are narrowest. */
  tunedFor: number
}

/** How early looks are allowed for. Without it an analysis is one look at the planned end. */
export type LookSettings = GroupSequentialLook | AlwaysValidLook

/** How a row allows for looks. */
export interface RowLook {
  kind: LookSettings['kind']
  /** Share of the planned users that were exposed; null where none are planned. */
  informationFraction: number | null
  /** Looks that were taken before, of a group-sequential design; else null. */
  looksBefore: number | null
  /** What the z statistic has to reach; null where nothing is enough. */
  criticalValue: number | null
  /** What the p-value of the test itself has to be below, for the level that was asked for. */
  nominalAlpha: number
  /** P-value of the test itself, as if this were the only look; null where nothing could be tested. */
  testPValue: number | null
  testLog10PValue: number | null
}

/** How tests of the users of two variants are made and read at this look. */
export interface LookRule {
  /** For the test: its error at this look, under the level of the whole design. */
  inference(level: number, alternative: Alternative): InferenceOptions
  /** The row with the p-value and the intervals that allow for the looks. */
  read(row: UnadjustedRow, level: number, alternative: Alternative): UnadjustedRow
}

/** Fractions that agree to so many decimals are one look. */
const DECIMALS = 1e6
/** An error below it is none: the quantiles of a test with so little would overflow. */
const LEAST_ALPHA = 1e-200

/**
 * The rule of each pair of variants, by their number of users; null where the analysis is one look at the end.
 *
 * @param exposedUnits users exposed so far, over all variants
 */
export function lookRules(
  { looks, level }: AnalysisSettings,
  exposedUnits: number,
): ((units: number) => LookRule) | null {
  if (looks === undefined) return null
  if (looks.kind === 'ALWAYS_VALID') {
    const tuning = { tunedFor: looks.tunedFor, alpha: alphaOf(level) }
    const about = { kind: looks.kind, informationFraction: null, looksBefore: null }
    return (units) =>
      ruleOf(about, (sides) => alwaysValidCalibration(units, sides === 2 ? 'two-sided' : 'one-sided', tuning), [
        `an always-valid test, tuned for ${looks.tunedFor.toLocaleString('en-US')} users`,
      ])
  }
  const { fraction, earlier } = fractionsOf(looks, exposedUnits)
  const spending = spendingFunctionOf(looks)
  const calibrations = new Map<1 | 2, LookCalibration>()
  const options = { alpha: alphaOf(level), spending, spendAllAtLast: looks.isLast }
  const calibrationFor = (sides: 1 | 2): LookCalibration => {
    const known = calibrations.get(sides)
    if (known !== undefined) return known
    const made = fraction > 0 ? groupSequentialCalibration([...earlier, fraction], { ...options, sides }) : NOTHING
    calibrations.set(sides, made)
    return made
  }
  const about = { kind: looks.kind, informationFraction: fraction, looksBefore: earlier.length }
  const share = `${Number((fraction * 100).toPrecision(4))} %`
  const rule = ruleOf(about, calibrationFor, [
    `look ${earlier.length + 1} of a group-sequential design at ${share} of the planned users`,
    SPENDING_NAMES[looks.spending] + (looks.gamma === null ? '' : ` with gamma ${looks.gamma}`),
  ])
  return () => rule
}

const SPENDING_NAMES: Record<Spending, string> = {
  OBRIEN_FLEMING: 'O’Brien-Fleming spending',
  POCOCK: 'Pocock spending',
  HWANG_SHIH_DECANI: 'Hwang-Shih-DeCani spending',
}

/** Share of the planned users at this look, and at those before it that saw fewer users. */
export function fractionsOf(
  { plannedUnits, earlierFractions }: Pick<GroupSequentialLook, 'plannedUnits' | 'earlierFractions'>,
  exposedUnits: number,
): { fraction: number; earlier: number[] } {
  const rounded = (fraction: number) => Math.round(fraction * DECIMALS) / DECIMALS
  const fraction = rounded(exposedUnits / plannedUnits)
  const earlier = [...new Set(earlierFractions.map(rounded))].filter((one) => one > 0 && one < fraction)
  return { fraction, earlier: earlier.sort((a, b) => a - b) }
}

const NOTHING: LookCalibration = { nominalAlpha: () => 0, pValue: () => ({ pValue: 1, log10PValue: 0 }) }

function ruleOf(
  about: Pick<RowLook, 'kind' | 'informationFraction' | 'looksBefore'>,
  calibrationFor: (sides: 1 | 2) => LookCalibration,
  words: string[],
): LookRule {
  const sidesOf = (alternative: Alternative) => (alternative === 'two-sided' ? 2 : 1)
  const errorAt = (level: number, alternative: Alternative) =>
    calibrationFor(sidesOf(alternative)).nominalAlpha(alphaOf(level))
  return {
    inference(level, alternative) {
      const alpha = errorAt(level, alternative)
      return alpha > LEAST_ALPHA ? { level, alternative, alpha } : { level, alternative }
    },
    read(row, level, alternative) {
      const error = errorAt(level, alternative)
      const isEnough = error > LEAST_ALPHA
      const nominalAlpha = isEnough ? error : 0
      const sides = sidesOf(alternative)
      const { pValue: testPValue, log10PValue: testLog10PValue } = row
      const criticalValue = isEnough ? normal.isf(nominalAlpha / sides) : null
      const look: RowLook = { ...about, criticalValue, nominalAlpha, testPValue, testLog10PValue }
      if (testPValue === null || testLog10PValue === null) return { ...row, look }
      const calibration = isEnough ? calibrationFor(sides) : NOTHING
      const p = calibration.pValue({ pValue: testPValue, log10PValue: testLog10PValue })
      const settled = (effect: EffectEstimate | null): EffectEstimate | null =>
        effect && {
          ...effect,
          confidenceInterval: isEnough
            ? agreeWithPValue(effect.confidenceInterval, p.pValue, alphaOf(level))
            : allValues(effect.confidenceInterval),
        }
      return {
        ...row,
        ...p,
        effect: settled(row.effect),
        relativeEffect: settled(row.relativeEffect),
        rank: row.rank && {
          ...row.rank,
          ...calibration.pValue(row.rank),
          shift: settledShift(row.rank.shift, isEnough),
        },
        look,
        adjustments: [...row.adjustments, ...chain(words, look, level)],
      }
    },
  }
}

function settledShift(shift: EffectEstimate | null, isEnough: boolean): EffectEstimate | null {
  return shift === null || isEnough ? shift : { ...shift, confidenceInterval: allValues(shift.confidenceInterval) }
}

function allValues({ level }: ConfidenceInterval): ConfidenceInterval {
  const unbounded = { lower: 'nothingToSpend', upper: 'nothingToSpend' } as const
  return { kind: 'wholeLine', lower: null, upper: null, level, unbounded }
}

function chain(words: string[], { nominalAlpha, testPValue }: RowLook, level: number): string[] {
  const design = words.join(', ')
  if (nominalAlpha === 0) {
    return [`p-value: ${design}; nothing is left to spend at this look, so nothing is found and nothing ruled out`]
  }
  return [
    `p-value: ${design}; the test’s own p of ${testPValue!.toPrecision(3)} has to be below ${nominalAlpha.toPrecision(3)}`,
    `intervals: of the test at that error, so that those of all looks together keep the level ${Number(level.toPrecision(6))}`,
  ]
}
