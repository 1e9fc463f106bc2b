/** What a name takes of a legend's row, in pixels: some 7 a sign, and its symbol. */
const SIGN = 7
const SYMBOL = 34

/** A legend of names above a chart, in as many columns as its width has room for. */
export function legendOf(names: readonly string[]) {
  const sizes = names.map((name) => Math.min(240, name.length * SIGN) + SYMBOL)
  const all = sizes.reduce((sum, size) => sum + size, 0)
  const columns = { expr: `width >= ${all} ? ${names.length} : max(1, floor(width / ${Math.max(...sizes)}))` }
  return { values: names, columns, symbolType: 'stroke', symbolStrokeWidth: 3 }
}
