import type { FeatureCells } from '../../models/feature-cells.ts'
import { cellMoments } from './cell-moments.ts'
import { levelsOf } from './feature-levels.ts'
import type { FeaturePlan } from './feature-plan.ts'
import { groupUnits } from './group-units.ts'
import { type MeasuredWorth, measuredWorth } from './measured-worth.ts'
import type { UnitColumns } from './unit-columns.ts'
import { dealtFolds, stratifiedFolds } from './unit-fold.ts'

/** What training needs of the data. */
export interface TrainingCells {
  cells: FeatureCells
  /** First exposures of each day from the first to the last one with some. */
  visitorsByDay: number[]
  /** Null when it was not asked for, or too few units have some of the target. */
  worth: MeasuredWorth | null
}

/** Groups units into cells, once their values are all known. Throws FeatureError. */
export function makeCells(plan: FeaturePlan, columns: UnitColumns): TrainingCells {
  const features = plan.features.map((request, index) =>
    levelsOf(request, columns.valuesOf(index), columns.isRecordedAfterExposure(index)),
  )
  const variants = columns.variants.values
  const target = columns.target.values
  const isShare = plan.target.numerator.aggregation === 'any'
  const folds = isShare
    ? stratifiedFolds(columns.hashes.values, outcomeStrata(variants, target), 2 * plan.variants.length, plan)
    : dealtFolds(columns.hashes.values, plan)
  const grouped = groupUnits(variants, folds, plan.folds, features)
  const ofCell = (values: ArrayLike<number>): Int32Array => grouped.examples.map((unit) => values[unit]!)
  return {
    cells: {
      variants: plan.variants,
      features: features.map(({ feature }) => feature),
      variant: ofCell(variants),
      levels: features.map(({ levels }) => ofCell(levels)),
      numbers: features.map(({ numbers }) => numbers),
      fold: ofCell(folds),
      ...cellMoments(grouped, target, columns.denominator?.values ?? null, isShare),
    },
    visitorsByDay: daily(columns.visitors),
    worth: columns.worth === null ? null : measuredWorth(target, columns.worth.values),
  }
}

/** Of a conversion: its variant, and whether the unit converted. Each fold gets its share of all of them. */
function outcomeStrata(variants: Uint8Array, target: Float64Array): Int32Array {
  const strata = new Int32Array(variants.length)
  for (let unit = 0; unit < strata.length; unit++) strata[unit] = 2 * variants[unit]! + (target[unit]! > 0 ? 1 : 0)
  return strata
}

/** Days without visitors count too, unless a wrong clock has made thousands of them. */
const MAX_DAYS = 3660

function daily(visitors: ReadonlyMap<number, number>): number[] {
  const days = [...visitors.keys()].sort((a, b) => a - b)
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined) return []
  if (last - first >= MAX_DAYS) return days.map((day) => visitors.get(day)!)
  return Array.from({ length: last - first + 1 }, (_, index) => visitors.get(first + index) ?? 0)
}
