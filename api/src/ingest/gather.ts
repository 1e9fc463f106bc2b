/*
 * Loops that bring the entries of columns into another order: entry i of what is made is entry `order[i]` of what is
 * there. Each is called for a run of entries at a time (see in-runs.ts).
 */

/** Numbers of rows. */
export function gatherRows(out: Uint32Array, values: Uint32Array, order: Int32Array, from: number, to: number): void {
  for (let i = from; i < to; i++) out[i] = values[order[i]!]!
}

/** 64-bit integers, from their lanes. */
export function gatherLanes(
  out: Int32Array,
  low: Int32Array,
  high: Int32Array,
  order: Int32Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    const index = order[i]!
    out[i * 2] = low[index]!
    out[i * 2 + 1] = high[index]!
  }
}

/** Whole doubles as 64-bit integers. */
export function gatherWhole(out: Int32Array, values: Float64Array, order: Int32Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const value = values[order[i]!]!
    const high = Math.floor(value / 0x1_0000_0000)
    out[i * 2] = value - high * 0x1_0000_0000
    out[i * 2 + 1] = high
  }
}

/** Doubles, NaN being none: clears its bit. Returns how many there are none of. */
export function gatherDoubles(
  out: Float64Array,
  valid: Uint8Array,
  values: Float64Array,
  order: Int32Array,
  from: number,
  to: number,
): number {
  let nulls = 0
  for (let i = from; i < to; i++) {
    const value = values[order[i]!]!
    if (value === value) {
      out[i] = value
      continue
    }
    valid[i >> 3]! &= ~(1 << (i & 7))
    nulls++
  }
  return nulls
}

/** Numbers of texts, below zero being none: clears its bit. Returns how many there are none of. */
export function gatherCodes(
  out: Int16Array,
  valid: Uint8Array,
  codes: Int16Array,
  order: Int32Array,
  from: number,
  to: number,
): number {
  let nulls = 0
  for (let i = from; i < to; i++) {
    const code = codes[order[i]!]!
    if (code >= 0) {
      out[i] = code
      continue
    }
    valid[i >> 3]! &= ~(1 << (i & 7))
    nulls++
  }
  return nulls
}

/** Views of texts, empty ones being none: clears their bits. Returns how many there are none of. */
export function gatherViews(
  out: Int32Array,
  valid: Uint8Array,
  views: Int32Array,
  order: Int32Array,
  from: number,
  to: number,
): number {
  let nulls = 0
  for (let i = from; i < to; i++) {
    const at = order[i]! * 4
    const into = i * 4
    const length = views[at]!
    out[into] = length
    out[into + 1] = views[at + 1]!
    out[into + 2] = views[at + 2]!
    out[into + 3] = views[at + 3]!
    if (length > 0) continue
    // What was there before is no text.
    out.fill(0, into + 1, into + 4)
    valid[i >> 3]! &= ~(1 << (i & 7))
    nulls++
  }
  return nulls
}

/** Keys: those of the ids where there are ids (views of texts), with the contents' hashes, else the contents' hashes. */
export function gatherKeys(
  out: Int32Array,
  width: number,
  contents: Int32Array,
  named: Int32Array,
  ids: Int32Array,
  order: Int32Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    const index = order[i]!
    const at = index * 4
    const into = i * width
    if (width > 4 && ids[at]! > 0) {
      out[into] = named[at]!
      out[into + 1] = named[at + 1]!
      out[into + 2] = named[at + 2]!
      out[into + 3] = named[at + 3]!
      out[into + 4] = contents[at]!
      out[into + 5] = contents[at + 1]!
    } else {
      out[into] = contents[at]!
      out[into + 1] = contents[at + 1]!
      out[into + 2] = contents[at + 2]!
      out[into + 3] = contents[at + 3]!
    }
  }
}
