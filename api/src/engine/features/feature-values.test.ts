import { describe, expect, test } from 'vitest'
import { MISSING, TextColumn, UNTOLD } from './feature-values.ts'

/** A piece in which each unit has a text of its own. */
function piece(from: number, length: number, name: (index: number) => string) {
  const texts = Array.from({ length }, (_, index) => name(from + index))
  return { codes: Int32Array.from({ length }, (_, index) => index), texts }
}

describe('the texts of a feature', () => {
  test('have one code each, whichever piece they come in', () => {
    const column = new TextColumn()
    column.add(Int32Array.of(0, 1, -1), ['a', 'b'])
    column.add(Int32Array.of(0, 1), ['b', 'c'])
    expect(column.values).toMatchObject({ kind: 'TEXTS', texts: ['a', 'b', 'c'], distinct: 3 })
    expect([...(column.values as { codes: Int32Array }).codes]).toEqual([0, 1, MISSING, 1, 2])
  })

  test('of an identifier are not told apart beyond a bound, and counted all the same', () => {
    const column = new TextColumn()
    for (let from = 0; from < 300_000; from += 100_000) {
      const { codes, texts } = piece(from, 100_000, (index) => `user-${index}`)
      column.add(codes, texts)
    }
    const { values } = column
    if (values.kind !== 'TEXTS') throw new Error('expected texts')
    expect(values.distinct).toBe(300_000)
    expect(values.texts).toHaveLength(200_000)
    expect(values.codes.filter((code) => code === UNTOLD)).toHaveLength(100_000)
  })

  test('that are all numbers become numbers when there are many, and lose nothing', () => {
    const column = new TextColumn()
    for (let from = 0; from < 300_000; from += 100_000) {
      const { codes, texts } = piece(from, 100_000, (index) => String(index / 100))
      column.add(codes, texts)
    }
    column.add(Int32Array.of(-1), [])
    const { values } = column
    if (values.kind !== 'NUMBERS') throw new Error('expected numbers')
    expect([values.values[0], values.values[150_001], values.values[299_999]]).toEqual([0, 1500.01, 2999.99])
    expect(values.values.at(-1)).toBeNaN()
  })
})
