import type { Feature } from './feature.ts'
import type { FeatureCells } from './feature-cells.ts'
import { groupByKeys } from './group-by-keys.ts'
import { DEFAULT_QUESTION, type ModelQuestion, type TargetKind } from './model-question.ts'
import type { Training } from './training.ts'
import { momentsOf } from '../stats/moments.ts'

/** Users one by one, as an engine sees them before it groups them. */
export interface Rows {
  variants: string[]
  features: { name: string; levels: string[]; numbers?: number[]; change?: Partial<Feature> }[]
  variant: number[]
  levels: number[][]
  fold: number[]
  y: number[]
  denominator?: number[]
}

/** Cells of these users. `rows`: one for each user, which is training on rows. */
export function cellsOf(rows: Rows, grouping: 'cells' | 'rows' = 'cells'): FeatureCells {
  const { variant, levels, fold, y, denominator } = rows
  const order = [...y.keys()]
  const { groupOf, first } =
    grouping === 'rows'
      ? { groupOf: Int32Array.from(order), first: Int32Array.from(order) }
      : groupByKeys(y.length, [variant, ...levels, fold.map((one) => one + 1)])
  const members = Array.from(first, (): number[] => [])
  groupOf.forEach((group, row) => members[group]!.push(row))
  const moments = members.map((own) => momentsOf(own.map((row) => y[row]!)))
  const values = members.map((own) => own.map((row) => y[row]!).filter((value) => value !== 0))
  const starts = new Int32Array(members.length + 1)
  values.forEach((own, i) => (starts[i + 1] = starts[i]! + own.length))
  const below = denominator && members.map((own) => momentsOf(own.map((row) => denominator[row]!)))
  return {
    variants: rows.variants,
    features: rows.features.map(featureOf),
    numbers: rows.features.map(({ numbers }) => numbers ?? null),
    variant: first.map((row) => variant[row]!),
    levels: levels.map((own) => first.map((row) => own[row]!)),
    fold: first.map((row) => fold[row]!),
    n: moments.map(({ n }) => n),
    mean: moments.map(({ mean }) => mean),
    m2: moments.map(({ m2 }) => m2),
    nonZero: { starts, values: values.flat() },
    ...(below && {
      denominator: {
        mean: below.map(({ mean }) => mean),
        m2: below.map(({ m2 }) => m2),
        coMoment: members.map((own, i) =>
          own.reduce((sum, row) => sum + (y[row]! - moments[i]!.mean) * (denominator![row]! - below[i]!.mean), 0),
        ),
      },
    }),
  }
}

function featureOf({ name, levels, numbers, change }: Rows['features'][number]): Feature {
  return {
    name,
    kind: numbers === undefined ? 'CATEGORICAL' : 'NUMERIC',
    levels,
    reference: 0,
    missing: null,
    other: null,
    edges: [],
    source: { kind: 'EXPOSURE_ATTRIBUTE', name, isRecordedAfterExposure: false },
    distinctValues: numbers?.length ?? levels.length,
    ...change,
  }
}

/** A training of cells, with what a test does not care about filled in. */
export function trainingOf(
  cells: FeatureCells,
  target: TargetKind,
  question: Partial<ModelQuestion> = {},
  more: Partial<Training> = {},
): Training {
  const unit = target === 'CONVERSION' || target === 'COUNT' ? null : 'USD'
  return {
    cells,
    question: { ...DEFAULT_QUESTION, target: { kind: target, metric: 'target', unit }, ...question },
    provenance: { experiment: 'e1', datasetVersion: 'v1', statisticsVersion: '3' },
    traffic: null,
    worth: null,
    ...more,
  }
}
