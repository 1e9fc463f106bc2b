/** Items of equal keys, numbered in the order of the keys. */
export interface Groups {
  /** of each item */
  groupOf: Int32Array
  /** of each group, an item of it */
  first: Int32Array
}

/** Sorts items by small whole numbers, key by key from the last, so that no number has to hold all keys. */
export function groupByKeys(length: number, keys: readonly ArrayLike<number>[]): Groups {
  const sorted = [...keys].reverse().reduce(
    countingSort,
    Int32Array.from({ length }, (_, item) => item),
  )
  const groupOf = new Int32Array(length)
  const first: number[] = []
  let last = -1
  for (const item of sorted) {
    if (last < 0 || keys.some((key) => key[item] !== key[last])) first.push(item)
    groupOf[item] = first.length - 1
    last = item
  }
  return { groupOf, first: Int32Array.from(first) }
}

/** The items in the order of a key; those of equal keys stay in their order. */
function countingSort(order: Int32Array, key: ArrayLike<number>): Int32Array {
  const ends = new Int32Array(order.reduce((most, item) => Math.max(most, key[item]!), 0) + 2)
  for (const item of order) ends[key[item]! + 1]!++
  for (let i = 1; i < ends.length; i++) ends[i]! += ends[i - 1]!
  const sorted = new Int32Array(order.length)
  for (const item of order) sorted[ends[key[item]!]!++] = item
  return sorted
}
