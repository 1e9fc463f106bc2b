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
    /**
     * Equal as by `toEqual`, but for numbers, which may be off by the tolerance. The ends of an interval have the scale of
     * its width, since an end near 0 has none of its own; those of a lift have as many times that scale as the interval is
     * times 100 % wide, since the less the control bounds it, the more its ends magnify what rounding leaves.
     */
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
  if (isTree(expected) && isTree(actual) && isBounded(expected) && isBounded(actual)) {
    const width = expected.upper - expected.lower
    const scale = width * (path.toLowerCase().includes('relativeeffect') ? Math.max(1, width) : 1)
    const wider = { ...tolerance, absolute: Math.max(tolerance.absolute ?? 0, tolerance.relative * scale) }
    const rest = ({ lower: _, upper: __, ...others }: Bounded) => others
    return [
      ...differences(actual.lower, expected.lower, wider, `${path}.lower`),
      ...differences(actual.upper, expected.upper, wider, `${path}.upper`),
      ...differences(rest(actual), rest(expected), tolerance, path),
    ]
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

interface Bounded extends Record<string, unknown> {
  lower: number
  upper: number
}

function isBounded(tree: Record<string, unknown>): tree is Bounded {
  return typeof tree.lower === 'number' && typeof tree.upper === 'number'
}
