/** A place at which two values that should be the same are not. */
export interface Difference {
  /** Names of fields from the outside in, such as `effect.confidenceInterval.lower`. */
  field: string
  /** As JSON; null where there is nothing. */
  stored: string | null
  recomputed: string | null
}

/**
 * Where two values differ, as they are written in JSON.
 *
 * @param rounding numbers may differ by this share of the largest number beside them; 0: not at all
 */
export function differencesOf(stored: unknown, recomputed: unknown, rounding: number): Difference[] {
  return [...walk('', stored, recomputed, rounding, 0)]
}

function* walk(
  field: string,
  stored: unknown,
  recomputed: unknown,
  rounding: number,
  scale: number,
): Generator<Difference> {
  if (isContainer(stored) && isContainer(recomputed) && Array.isArray(stored) === Array.isArray(recomputed)) {
    const largest = Math.max(0, ...[stored, recomputed].flatMap((one) => Object.values(one).map(sizeOf)))
    for (const key of new Set([...Object.keys(stored), ...Object.keys(recomputed)])) {
      yield* walk(field === '' ? key : `${field}.${key}`, stored[key], recomputed[key], rounding, largest)
    }
    return
  }
  if (isSame(stored, recomputed, rounding * scale)) return
  yield { field, stored: textOf(stored), recomputed: textOf(recomputed) }
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isSame(stored: unknown, recomputed: unknown, tolerance: number): boolean {
  if (typeof stored !== 'number' || typeof recomputed !== 'number') return textOf(stored) === textOf(recomputed)
  // A negative zero is written as any other.
  return stored === recomputed || Math.abs(stored - recomputed) <= tolerance
}

function sizeOf(value: unknown): number {
  return typeof value === 'number' ? Math.abs(value) : 0
}

function textOf(value: unknown): string | null {
  return (JSON.stringify(value) as string | undefined) ?? null
}
