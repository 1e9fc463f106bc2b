import type { Feature } from './feature.ts'
import type { ColumnName } from './model-card.ts'
import type { SparseRows } from './sparse-rows.ts'

/** What stands for no column: the control, and the reference level of a feature. */
const NONE = -1

/**
 * How variant and levels become columns: a constant, one for each treatment, one for each level but the reference, and
 * for features that interact one for each treatment and level. In this order, which is that of the variants and features.
 */
export interface Design {
  columns: ColumnName[]
  variantColumn: Int32Array
  levelColumn: Int32Array[]
  /** by feature (null where it does not interact), then variant, then level */
  interactionColumn: (Int32Array[] | null)[]
}

/**
 * Dummy coding with a reference level.
 *
 * @param references of each feature, the level that gets no column
 * @param present of each feature and level, whether any user has it; levels that nobody has get no column
 * @param interacting names of features by whose levels the effect of the treatments may differ
 */
export function makeDesign(
  variants: readonly string[],
  features: readonly Feature[],
  references: readonly number[],
  present: readonly (readonly boolean[])[],
  interacting: readonly string[],
): Design {
  const columns: ColumnName[] = []
  const add = (column: Omit<ColumnName, 'name'>, name: string): number => columns.push({ name, ...column }) - 1
  const nothing = { variant: null, feature: null, level: null }
  add({ ...nothing, term: 'INTERCEPT' }, 'intercept')
  const variantColumn = Int32Array.from(variants, (variant, v) =>
    v === 0 ? NONE : add({ ...nothing, term: 'VARIANT', variant }, `variant=${variant}`),
  )
  const forLevels = (f: number, addLevel: (level: string, feature: string) => number): Int32Array => {
    const { name, levels } = features[f]!
    return Int32Array.from(levels, (level, l) =>
      l === references[f] || !present[f]![l] ? NONE : addLevel(level, name),
    )
  }
  const levelColumn = features.map((_, f) =>
    forLevels(f, (level, feature) => add({ ...nothing, term: 'LEVEL', feature, level }, `${feature}=${level}`)),
  )
  const interactionColumn = features.map(({ name }, f) =>
    !interacting.includes(name)
      ? null
      : variants.map((variant, v) =>
          v === 0
            ? new Int32Array(features[f]!.levels.length).fill(NONE)
            : forLevels(f, (level, feature) =>
                add({ term: 'INTERACTION', variant, feature, level }, `variant=${variant}:${feature}=${level}`),
              ),
        ),
  )
  return { columns, variantColumn, levelColumn, interactionColumn }
}

/** The rows of the design for users of these variants and levels. */
export function designRows(
  design: Design,
  variant: ArrayLike<number>,
  levels: readonly ArrayLike<number>[],
): SparseRows {
  const rows = variant.length
  const starts = new Int32Array(rows + 1)
  const column = new Int32Array(rows * (2 + 2 * levels.length))
  let end = 0
  for (let i = 0; i < rows; i++) {
    const v = variant[i]!
    column[end++] = 0
    if (design.variantColumn[v]! !== NONE) column[end++] = design.variantColumn[v]!
    for (let f = 0; f < levels.length; f++) {
      const own = design.levelColumn[f]![levels[f]![i]!]!
      if (own !== NONE) column[end++] = own
    }
    for (let f = 0; f < levels.length; f++) {
      const own = design.interactionColumn[f]?.[v]![levels[f]![i]!] ?? NONE
      if (own !== NONE) column[end++] = own
    }
    starts[i + 1] = end
  }
  return { rows, columns: design.columns.length, starts, column: column.slice(0, end), value: null }
}
