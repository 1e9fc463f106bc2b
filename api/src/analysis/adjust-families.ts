import { agreeWithPValue } from '../stats/agree-with-p-value.ts'
import { excludesZero } from '../stats/confidence-interval.ts'
import { alphaOf } from '../stats/inference-options.ts'
import { corrections, type CorrectionMethod } from './corrections.ts'
import { detectableEffectOf } from './detectable-effect.ts'
import type { MetricDefinition } from './metric-definition.ts'
import type { EffectEstimate, ResultRow, UnadjustedRow } from './result-row.ts'
import type { AnalysisSettings } from './settings.ts'

type Effects = Pick<UnadjustedRow, 'effect' | 'relativeEffect'>

/** A row, and how its intervals are at another level. */
export interface ComparedRow {
  row: UnadjustedRow
  role: MetricDefinition['role']
  atLevel(level: number): Effects
}

/** Adjusts the p-values and the intervals of rows that are looked at together; the rows stay in their order. */
export function adjustFamilies(rows: ComparedRow[], settings: AnalysisSettings): ResultRow[] {
  const families = Map.groupBy(rows, (one) => familyOf(one, settings))
  const adjusted = new Map([...families].flatMap(([name, own]) => adjustFamily(name, own, settings)))
  return rows.map((one) => adjusted.get(one)!)
}

function familyOf({ row, role }: ComparedRow, { correctionFamily }: AnalysisSettings): string {
  if (row.segment !== null) return 'segments'
  if (correctionFamily === undefined) return 'all metrics'
  return role === 'PRIMARY' ? 'primary metrics' : 'other metrics'
}

/** Rows without a p-value are no tests: they do not count. */
function adjustFamily(
  family: string,
  rows: ComparedRow[],
  { level, correction }: AnalysisSettings,
): [ComparedRow, ResultRow][] {
  const alpha = alphaOf(level)
  const method = correction === 'NONE' ? null : corrections[correction]
  const tested = rows.flatMap((one) => (one.row.pValue === null ? [] : [{ one, pValue: one.row.pValue }]))
  const pValues = tested.map(({ pValue }) => pValue)
  const adjustedValues = method === null ? pValues : method.adjust(pValues)
  const byRow = new Map(tested.map(({ one }, index) => [one, adjustedValues[index]!]))
  const familySize = tested.length
  const selected = adjustedValues.filter((value) => value < alpha).length
  const intervalLevel =
    method === null || familySize < 2 ? level : method.intervalLevel({ level, selected, familySize })
  return rows.map((one) => {
    const adjustedPValue = byRow.get(one) ?? null
    const isTested = method !== null && adjustedPValue !== null
    const effects = isTested ? effectsAt(one, intervalLevel, level, adjustedPValue, method) : NO_EFFECTS
    const isSignificant = adjustedPValue === null ? null : adjustedPValue < alpha
    const row: ResultRow = {
      ...one.row,
      adjustedPValue,
      correction,
      family,
      familySize,
      isSignificant,
      ...effects,
      minimumDetectableEffect: detectableEffectOf(one.row),
      adjustments: [...one.row.adjustments, ...(isTested ? chain(method, family, familySize, intervalLevel) : [])],
      notes: [...one.row.notes, ...notesOn(isSignificant, effects, method)],
    }
    return [one, row]
  })
}

type AdjustedEffects = Pick<ResultRow, 'adjustedEffect' | 'adjustedRelativeEffect'>

const NO_EFFECTS: AdjustedEffects = { adjustedEffect: null, adjustedRelativeEffect: null }

/** A row's effects with intervals at the level that allows for its family. */
function effectsAt(
  { row, atLevel }: ComparedRow,
  intervalLevel: number,
  level: number,
  adjustedPValue: number,
  { invertsTest }: CorrectionMethod,
): AdjustedEffects {
  const { effect, relativeEffect } = intervalLevel === level ? row : atLevel(intervalLevel)
  // Dividing alpha and multiplying p round differently: in the last digit the adjusted p-value decides.
  const settled = (one: EffectEstimate | null): EffectEstimate | null =>
    one && invertsTest
      ? { ...one, confidenceInterval: agreeWithPValue(one.confidenceInterval, adjustedPValue, alphaOf(level)) }
      : one
  return { adjustedEffect: settled(effect), adjustedRelativeEffect: settled(relativeEffect) }
}

function chain({ name, keeps }: CorrectionMethod, family: string, size: number, intervalLevel: number): string[] {
  return [
    `p-value: ${name} over ${size} ${size === 1 ? 'test' : 'tests'} (${family})`,
    `adjusted intervals: level ${Number(intervalLevel.toPrecision(6))}, which keeps ${keeps}`,
  ]
}

function notesOn(isSignificant: boolean | null, { adjustedEffect }: AdjustedEffects, method: CorrectionMethod | null) {
  if (method === null || method.invertsTest || !isSignificant || adjustedEffect === null) return []
  if (excludesZero(adjustedEffect.confidenceInterval)) return []
  return [
    `${method.name}’s procedure finds more than intervals that hold all at once can show: the adjusted interval is Bonferroni’s and holds “no effect”.`,
  ]
}
