/** Whether every number in a tree of plain values is one: JSON would make null of the others. */
export function allFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (value === null || typeof value !== 'object') return true
  return Object.values(value).every(allFinite)
}
