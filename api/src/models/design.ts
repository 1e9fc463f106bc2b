import type { Feature } from './feature.ts'
import type { ColumnName } from './model-card.ts'
import type { SparseRows } from './sparse-rows.ts'

/** What stands for no column: the control, and the reference level of a feature. */
const NONE = -1

/**
 * How variant and levels become columns: a constant, one for each treatment, one for each level but the reference, and
 * for features that interact one for each treatment and level. A number has one column, which holds it, and one for users
 * of whom it is not known. In this order, which is that of the variants and features.
 */
export interface Design {
  columns: ColumnName[]
  variantColumn: Int32Array
  levelColumn: Int32Array[]
  /** by feature (null where it does not interact), then variant, then level */
  interactionColumn: (Int32Array[] | null)[]
  /** by feature and level, what its columns hold; null where that is 1 */
  entry: (Float64Array | null)[]
}

/**
 * Dummy coding with a reference level.
 *
 * @param numbers of each feature, the numbers it has; null for features of levels
 * @param references of each feature, the level that gets no column; null for numbers
 * @param present of each feature and level, whether any user has it; levels that nobody has get no column
 * @param interacting names of features by whose levels the effect of the treatments may differ
 */
export function makeDesign(
  variants: readonly string[],
  features: readonly Feature[],
  numbers: readonly (ArrayLike<number> | null)[],
  references: readonly (number | null)[],
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
  /** @param addColumn for a level, or null for the number itself; called with the end of the column's name */
  const forLevels = (
    f: number,
    addColumn: (level: string | null, feature: string, name: string) => number,
  ): Int32Array => {
    const { name, levels, missing } = features[f]!
    const addLevel = (level: string): number => addColumn(level, name, `${name}=${level}`)
    const own = numbers[f] ?? null
    if (own !== null) {
      const column = addColumn(null, name, name)
      const unknown = missing !== null && present[f]![missing] ? addLevel(levels[missing]!) : NONE
      return Int32Array.from(own, (number) => (Number.isNaN(number) ? unknown : column))
    }
    return Int32Array.from(levels, (level, l) => (l === references[f] || !present[f]![l] ? NONE : addLevel(level)))
  }
  const levelColumn = features.map((_, f) =>
    forLevels(f, (level, feature, name) =>
      add({ ...nothing, term: level === null ? 'NUMBER' : 'LEVEL', feature, level }, name),
    ),
  )
  const interactionColumn = features.map(({ name }, f) =>
    !interacting.includes(name)
      ? null
      : variants.map((variant, v) =>
          v === 0
            ? new Int32Array(levelColumn[f]!.length).fill(NONE)
            : forLevels(f, (level, feature, end) =>
                add({ term: 'INTERACTION', variant, feature, level }, `variant=${variant}:${end}`),
              ),
        ),
  )
  const entry = numbers.map((own) => own && Float64Array.from(own, (number) => (Number.isNaN(number) ? 1 : number)))
  return { columns, variantColumn, levelColumn, interactionColumn, entry }
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
  const value = design.entry.some((own) => own !== null) ? new Float64Array(column.length).fill(1) : null
  let end = 0
  const put = (own: number, f: number, level: number): void => {
    if (own === NONE) return
    if (value !== null) value[end] = design.entry[f]?.[level] ?? 1
    column[end++] = own
  }
  for (let i = 0; i < rows; i++) {
    const v = variant[i]!
    column[end++] = 0
    if (design.variantColumn[v]! !== NONE) column[end++] = design.variantColumn[v]!
    for (let f = 0; f < levels.length; f++) {
      const level = levels[f]![i]!
      put(design.levelColumn[f]![level]!, f, level)
    }
    for (let f = 0; f < levels.length; f++) {
      const level = levels[f]![i]!
      put(design.interactionColumn[f]?.[v]![level] ?? NONE, f, level)
    }
    starts[i + 1] = end
  }
  return {
    rows,
    columns: design.columns.length,
    starts,
    column: column.slice(0, end),
    value: value && value.slice(0, end),
  }
}
