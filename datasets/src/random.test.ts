import { describe, expect, it } from 'vitest'
import { AliasTable } from './alias-table.ts'
import { pickShare, RandomStream, seedOf } from './random.ts'

describe('RandomStream', () => {
  it('is xoshiro128**: its numbers are those of the reference implementation', () => {
    const stream = new RandomStream(seedOf('any')).startFrom(1, 2, 3, 4)
    // The authors' C code (prng.di.unimi.it/xoshiro128starstar.c) from the state 1, 2, 3, 4.
    const reference = [
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]
    expect(reference.map(() => stream.nextUint32())).toEqual(reference)
  })

  it('gives the same numbers again at the same place, and others at another place or seed', () => {
    const first = (seed: string, index: number, purpose: number): number[] => {
      const stream = new RandomStream(seedOf(seed)).startAt(index, purpose)
      return [stream.nextUint32(), stream.nextUint32(), stream.nextUint32()]
    }
    const here = first('7', 12, 3)
    expect(first('7', 12, 3)).toEqual(here)
    for (const elsewhere of [first('8', 12, 3), first('7', 13, 3), first('7', 12, 4)])
      expect(elsewhere).not.toEqual(here)
  })

  it('has uniform and normal numbers with the moments they must have, across neighbouring streams', () => {
    const stream = new RandomStream(seedOf('moments'))
    const size = 100_000
    let uniform = 0
    let normal = 0
    let squared = 0
    for (let i = 0; i < size; i++) {
      uniform += stream.startAt(i, 9).uniform()
      const z = stream.normal()
      normal += z
      squared += z * z
    }
    // Five standard errors of each mean.
    const within = (sd: number): number => (5 * sd) / Math.sqrt(size)
    expect(Math.abs(uniform / size - 0.5)).toBeLessThan(within(Math.sqrt(1 / 12)))
    expect(Math.abs(normal / size)).toBeLessThan(within(1))
    expect(Math.abs(squared / size - 1)).toBeLessThan(within(Math.sqrt(2)))
  })
})

describe('drawing by shares', () => {
  const shares = [0.5, 0.05, 0.3, 0, 0.15]

  it.each([
    ['pickShare', (stream: RandomStream) => pickShare(shares, stream.uniform())],
    [
      'AliasTable',
      (
        (table) => (stream: RandomStream) =>
          table.draw(stream)
      )(new AliasTable(shares)),
    ],
  ])('%s draws each index as often as its share says, and never one without a share', (_name, draw) => {
    const stream = new RandomStream(seedOf('shares')).startAt(0, 0)
    const size = 200_000
    const counts = shares.map(() => 0)
    for (let i = 0; i < size; i++) {
      const index = draw(stream)
      counts[index] = (counts[index] as number) + 1
    }
    shares.forEach((share, i) => {
      const fiveErrors = 5 * Math.sqrt((share * (1 - share)) / size)
      expect(Math.abs((counts[i] as number) / size - share)).toBeLessThanOrEqual(fiveErrors)
    })
  })
})
