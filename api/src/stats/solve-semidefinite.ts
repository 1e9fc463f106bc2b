/** What elimination leaves of a variance below this share of it is rounding: the quantity depends on those before it. */
const DEPENDENT = 1e-10

/**
 * The x with A x = b for a symmetric matrix A of sums of squares and products.
 *
 * Quantities that do not vary, or that depend on others (the same covariate twice), get 0: they explain nothing that
 * the others do not. Formula: Cholesky's decomposition with pivoting, on the scale of correlations.
 *
 * See Higham (2002), "Accuracy and stability of numerical algorithms", section 10.3.
 *
 * @example
 * solveSemidefinite([[4, 2], [2, 3]], [10, 9]) // => [1.5, 2]
 * solveSemidefinite([[4, 4], [4, 4]], [8, 8]) // => [2, 0]
 */
export function solveSemidefinite(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const scale = a.map((row, i) => Math.sqrt(Math.max(0, row[i]!)))
  const used = scale.map((_, i) => i).filter((i) => scale[i]! > 0)
  const left = used.map((i) => used.map((j) => a[i]![j]! / scale[i]! / scale[j]!))
  const right = used.map((i) => b[i]! / scale[i]!)
  const order: number[] = []
  for (const open = new Set(used.keys()); open.size > 0;) {
    const pivot = [...open].reduce((best, i) => (left[i]![i]! > left[best]![best]! ? i : best))
    open.delete(pivot)
    if (left[pivot]![pivot]! <= DEPENDENT) break
    order.push(pivot)
    for (const i of open) {
      const factor = left[i]![pivot]! / left[pivot]![pivot]!
      for (const j of open) left[i]![j]! -= factor * left[pivot]![j]!
      right[i]! -= factor * right[pivot]!
    }
  }
  const solution = new Array<number>(b.length).fill(0)
  for (const [step, pivot] of [...order.entries()].reverse()) {
    const known = order
      .slice(step + 1)
      .reduce((sum, i) => sum + left[pivot]![i]! * solution[used[i]!]! * scale[used[i]!]!, 0)
    solution[used[pivot]!] = (right[pivot]! - known) / left[pivot]![pivot]! / scale[used[pivot]!]!
  }
  return solution
}
