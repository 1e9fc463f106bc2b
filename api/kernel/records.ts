/** Where the fields of a record are: field k is from after `ends[k]` to before `ends[k + 1]`. */

const NEWLINE: u32 = 10
const RETURN: u32 = 13
const QUOTE: i8 = 34

/**
 * Finds the fields of a record without quotes and NUL bytes; returns where it ends, or 0 when it is none. A line end must
 * follow, and memory for 15 bytes after it.
 */
export function plainRecordEnd(start: usize, ends: usize, separator: u32, fields: u32): usize {
  const separators = i8x16.splat(<i8>separator)
  const newlines = i8x16.splat(<i8>NEWLINE)
  const quotes = i8x16.splat(QUOTE)
  const zeros = i8x16.splat(0)
  store<u32>(ends, <u32>start - 1)
  let field: u32 = 1
  let at = start
  while (true) {
    const bytes = v128.load(at)
    const halts = v128.or(i8x16.eq(bytes, newlines), v128.or(i8x16.eq(bytes, quotes), i8x16.eq(bytes, zeros)))
    let found = <u32>i8x16.bitmask(i8x16.eq(bytes, separators))
    const halt = <u32>i8x16.bitmask(halts)
    // Those after the halt are another record's.
    if (halt !== 0) found &= (halt & -halt) - 1
    while (found !== 0) {
      if (field === fields) return 0
      store<u32>(ends + (field << 2), <u32>at + ctz(found))
      field++
      found &= found - 1
    }
    if (halt !== 0) {
      const end = at + ctz(halt)
      if (load<u8>(end) !== NEWLINE || field !== fields) return 0
      const hasReturn = <u32>end - 1 > load<u32>(ends + ((field - 1) << 2)) && load<u8>(end - 1) === RETURN
      store<u32>(ends + (field << 2), <u32>end - u32(hasReturn))
      return end + 1
    }
    at += 16
  }
}
