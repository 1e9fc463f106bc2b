import { sumError } from '../distributions/numerics/exact-arithmetic.ts'

/** A column without its mean, if every one of the differences is exact; else as it is. */
export function exactlyCentred(column: ArrayLike<number>): { values: Float64Array; centre: number } {
  const values = Float64Array.from(column)
  const origin = values[0] ?? 0
  let sum = 0
  for (const value of values) sum += value - origin
  const centre = origin + sum / (values.length || 1)
  const centred = values.map((value) => value - centre)
  const isExact = centred.every((value, i) => sumError(values[i]!, -centre, value) === 0)
  return isExact ? { values: centred, centre } : { values, centre: 0 }
}

/** The power of two next to the largest size in a column: divided by it no digit is lost, and no square overflows. */
export function powerOfTwoNear(values: Float64Array): number {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return largest === 0 ? 1 : 2 ** Math.round(Math.max(-1000, Math.min(1000, Math.log2(largest))))
}
