import { expect } from 'vitest'

interface Tolerance {
  /** Share of the expected number by which an actual one may be off. */
  relative: number
  /** Amount by which it may be off all the same: for numbers that are zero but for rounding. */
  absolute?: number
}

declare module 'vitest' {
  // The parameters are those of vitest's own declaration.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** Equal as by `toEqual`, but for numbers, which may be off by the tolerance. */
    toEqualNearly(expected: unknown, tolerance: Tolerance): R
  }
}

expect.extend({
  toEqualNearly(actual: unknown, expected: unknown, tolerance: Tolerance) {
    const found = differences(actual, expected, tolerance, '')
    return {
      pass: found.length === 0,
      message: () =>
        found.length === 0
          ? 'expected a difference, found none'
          : `differs by more than ${JSON.stringify(tolerance)}:\n${found.slice(0, 20).join('\n')}`,
      actual,
      expected,
    }
  },
})

function differences(actual: unknown, expected: unknown, tolerance: Tolerance, path: string): string[] {
  if (typeof expected === 'number' && typeof actual === 'number') {
    const off = Math.abs(actual - expected)
    const allowed = Math.max(Math.abs(expected) * tolerance.relative, tolerance.absolute ?? 0)
    return off <= allowed ? [] : [`${path}: ${actual} is not ${expected}, off by ${off}`]
  }
  if (isTree(expected) && isTree(actual) && Array.isArray(expected) === Array.isArray(actual)) {
    const names = new Set([...Object.keys(expected), ...Object.keys(actual)])
    return [...names].flatMap((name) => differences(actual[name], expected[name], tolerance, `${path}.${name}`))
  }
  return Object.is(actual, expected) ? [] : [`${path}: ${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`]
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
