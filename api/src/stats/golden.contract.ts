/**
 * The contract of the reference vectors: numbers computed by other software in 60 digits, which the code here must
 * meet. They live beside the repository (`../shared/golden`), not in it; without that folder the suites are skipped.
 */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const FOLDER = new URL('../../../../shared/golden/', import.meta.url)

export interface GoldenCase<Input> {
  name: string
  input: Input
  expected: unknown
  rtol?: number
}

interface Contract<Input> {
  /** the file's name without `.json` */
  file: string
  /** relative tolerance where the case names none */
  rtol: number | ((goldenCase: GoldenCase<Input>, path: string) => number)
  /** what the code under test makes of the input, in the shape of `expected` */
  compute: (input: Input, goldenCase: GoldenCase<Input>) => unknown
  /** the size that the number at a path is measured by, where it has none of its own; null for the general rules */
  scale?: (path: string, goldenCase: GoldenCase<Input>) => number | null
}

/** Runs every case of a file and compares every number of its `expected`. */
export function describeGolden<Input>({ file, rtol, compute, scale }: Contract<Input>): void {
  const url = new URL(`${file}.json`, FOLDER)
  const found = existsSync(url)
  describe(found ? `golden ${file}` : `golden ${file} (skipped: no file at ${fileURLToPath(url)})`, () => {
    if (!found) return it.skip('reference vectors are not here', () => undefined)
    const { cases } = JSON.parse(readFileSync(url, 'utf8')) as { cases: GoldenCase<Input>[] }
    it.each(cases.map((goldenCase) => [goldenCase.name, goldenCase] as const))('%s', (_name, goldenCase) => {
      const tolerance = (path: string) =>
        goldenCase.rtol ?? (typeof rtol === 'function' ? rtol(goldenCase, path) : rtol)
      const rules = { tolerance, scale: (path: string) => scale?.(path, goldenCase) ?? null }
      const misses = compare(goldenCase.expected, compute(goldenCase.input, goldenCase), rules)
      expect(misses).toEqual([])
    })
  })
}

const SUBNORMAL = 1e-307
/** Below this a p value carries z^2 times the rounding error of z. */
const FAR_TAIL = 1e-50
const FAR_TAIL_RTOL = 1e-11
/** Below this the logarithm is judged, not the p value. */
const UNDERFLOW = 1e-300

interface Rules {
  tolerance: (path: string) => number
  scale: (path: string) => number | null
}
type Node = Record<string, unknown>

/** The differences between two trees of numbers, as text; empty when they agree. */
function compare(expected: unknown, got: unknown, rules: Rules, path = '', parent: Node = {}): string[] {
  if (isInterval(expected, path)) return compareInterval(expected as number[], got, rules, path)
  if (Array.isArray(expected) || (expected !== null && typeof expected === 'object')) {
    if (got === null || typeof got !== 'object') return [`${path}: expected an object, got ${String(got)}`]
    return Object.entries(expected).flatMap(([key, value]) =>
      compare(value, (got as Node)[key], rules, path ? `${path}.${key}` : key, expected as Node),
    )
  }
  const wanted = toNumber(expected)
  if (typeof wanted !== 'number' || !Number.isFinite(wanted)) {
    return Object.is(toNumber(got), wanted) ? [] : [`${path}: expected ${String(expected)}, got ${String(got)}`]
  }
  return compareNumber(wanted, got, rules, path, rules.scale(path) ?? scaleOf(path, wanted, parent))
}

function compareNumber(expected: number, got: unknown, rules: Rules, path: string, scale: number): string[] {
  if (typeof got !== 'number') return [`${path}: expected ${expected}, got ${String(got)}`]
  const isP = /(^|\.)p(_\w+)?(\.\d+)?$/.test(path)
  if (isP && expected < UNDERFLOW) return got < 1e-299 ? [] : [`${path}: expected about 0, got ${got}`]
  const rtol = isP && expected < FAR_TAIL ? Math.max(FAR_TAIL_RTOL, rules.tolerance(path)) : rules.tolerance(path)
  const size = Math.max(Math.abs(expected), scale)
  const allowed = rtol * size + SUBNORMAL
  if (Math.abs(got - expected) <= allowed) return []
  return [`${path}: expected ${expected}, got ${got} (off by ${(Math.abs(got - expected) / size).toExponential(1)})`]
}

/** Two ends of an interval: an end near 0 has no relative accuracy of its own. */
function compareInterval(expected: number[], got: unknown, rules: Rules, path: string): string[] {
  if (!Array.isArray(got)) return [`${path}: expected an interval, got ${String(got)}`]
  const ends = expected.map(toNumber) as number[]
  const width = ends.every(Number.isFinite) ? Math.abs(ends[1]! - ends[0]!) : 0
  return ends.flatMap((end, i) =>
    Number.isFinite(end)
      ? compareNumber(end, got[i], rules, `${path}[${i}]`, width)
      : compare(end, got[i], rules, `${path}[${i}]`),
  )
}

function isInterval(value: unknown, path: string): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false
  const isPair = value.every((end) => typeof end === 'number' || typeof end === 'string')
  return isPair && /(^|\.)([a-z_]*ci(_\w+)?(\.\d+)?|limits)$/.test(path)
}

function scaleOf(path: string, expected: number, parent: Node): number {
  const key = path.split('.').findLast((part) => !/^\d+$/.test(part)) ?? ''
  if (/^log/.test(key)) return 1
  if (/^(statistic|z|t|z_stat|chiSquare)$/.test(key)) return 1
  if (/^(lower|upper)$/.test(key)) return Math.abs(Number(parent['upper']) - Number(parent['lower']))
  if (/^(diff|estimate|lower_95|upper_95)$/.test(key)) return Math.abs(expected) + (Number(parent['se']) || 0)
  return 0
}

function toNumber(value: unknown): unknown {
  return value === 'Infinity' ? Infinity : value === '-Infinity' ? -Infinity : value
}
