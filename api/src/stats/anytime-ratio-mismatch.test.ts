import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anytimeRatioMismatch } from './anytime-ratio-mismatch.ts'
import { isNotComputable } from './not-computable.ts'

function mismatchOf(...parameters: Parameters<typeof anytimeRatioMismatch>) {
  const result = anytimeRatioMismatch(...parameters)
  if (isNotComputable(result)) throw new Error(result.message)
  return result
}

/**
 * The evidence against a split of two arms by its definition: the likelihood of the counts, relative to that at the
 * configured share, averaged over the Beta prior by Simpson's rule on the scale on which it is smooth.
 */
function evidenceByQuadrature([x, y]: [number, number], share: number, concentration: number): number {
  const steps = 40_000
  const [a, b] = [concentration * share, concentration * (1 - share)]
  const middle = (a + x) / (a + b + x + y)
  const width = 14 * Math.sqrt((middle * (1 - middle)) / (a + b + x + y))
  const [from, to] = [Math.max(1e-12, middle - width), Math.min(1 - 1e-12, middle + width)]
  const prior = (theta: number) => (a - 1) * Math.log(theta) + (b - 1) * Math.log1p(-theta)
  const ratio = (theta: number) => x * Math.log(theta / share) + y * Math.log((1 - theta) / (1 - share))
  // The prior is normed over all shares, in the same way.
  const priorWidth = 14 * Math.sqrt((share * (1 - share)) / (a + b))
  const norm = simpson(
    (theta) => Math.exp(prior(theta) - prior(share)),
    Math.max(1e-12, share - priorWidth),
    Math.min(1 - 1e-12, share + priorWidth),
    steps,
  )
  const shift = prior(middle) + ratio(middle)
  const mass = simpson((theta) => Math.exp(prior(theta) + ratio(theta) - shift), from, to, steps)
  return Math.log(mass) + shift - Math.log(norm) - prior(share)
}

function simpson(f: (x: number) => number, from: number, to: number, steps: number): number {
  const h = (to - from) / steps
  let sum = f(from) + f(to)
  for (let i = 1; i < steps; i++) sum += (i % 2 === 0 ? 2 : 4) * f(from + i * h)
  return (sum * h) / 3
}

describe('the evidence against a split', () => {
  it.each([
    [[5200, 4800], 0.5, 10_000],
    [[100, 130], 0.5, 10_000],
    [[2100, 7900], 0.2, 1000],
    [[50_500, 49_500], 0.5, 10_000],
    [[13, 2], 0.5, 50],
  ] as [[number, number], number, number][])(
    'of %j, configured %d, is the average over the prior (concentration %d)',
    (counts, share, concentration) => {
      const { logBayesFactor } = mismatchOf([counts], [share, 1 - share], { concentration })
      expect(logBayesFactor).toBeCloseTo(evidenceByQuadrature(counts, share, concentration), 8)
    },
  )

  it('multiplies over users as they come: the chance of the next one under the posterior by that under the split', () => {
    // Pólya's urn: exact, and without any gamma function.
    const [shares, concentration] = [[0.5, 0.3, 0.2], 30]
    const order = [0, 0, 1, 2, 0, 1, 1, 1, 2, 1, 0, 1, 1, 1]
    const counts = [0, 0, 0]
    let log = 0
    for (const arm of order) {
      const seen = counts[0]! + counts[1]! + counts[2]!
      log += Math.log((concentration * shares[arm]! + counts[arm]!) / (concentration + seen) / shares[arm]!)
      counts[arm]!++
    }
    expect(mismatchOf([counts], shares, { concentration }).logBayesFactor).toBeCloseTo(log, 12)
  })

  it('keeps its digits at billions of users', () => {
    // Ten standard deviations: about z^2/2 x N/(N + a) - log((N + a)/a)/2, which is exact as N grows.
    const n = 4e9
    const { logBayesFactor, log10PValue } = mismatchOf([[n / 2 + 316_228, n / 2 - 316_228]], [1, 1], {
      concentration: 10_000,
    })
    const z2 = (2 * 316_228) ** 2 / n
    const expected = (z2 / 2) * (n / (n + 10_000)) - Math.log((n + 10_000) / 10_000) / 2
    expect(logBayesFactor).toBeCloseTo(expected, 3)
    expect(log10PValue).toBeCloseTo(-expected / Math.LN10, 3)
  })

  it('does not depend on the order of the variants or the scale of the weights', () => {
    const count = fc.integer({ min: 0, max: 1e6 })
    fc.assert(
      fc.property(fc.tuple(count, count, count), ([a, b, c]) => {
        fc.pre(a + b + c > 0)
        const one = mismatchOf([[a, b, c]], [1, 2, 3]).logBayesFactor!
        const other = mismatchOf([[c, a, b]], [0.5, 1 / 6, 1 / 3]).logBayesFactor!
        expect(other).toBeCloseTo(one, 6)
      }),
      { numRuns: 500, seed: 3 },
    )
  })
})

describe('looking as often as one likes', () => {
  /** Small and seeded (mulberry32): enough for coin tosses. */
  function uniforms(seed: number): () => number {
    let state = seed
    return () => {
      state = (state + 0x6d2b79f5) | 0
      let t = Math.imul(state ^ (state >>> 15), 1 | state)
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
    }
  }

  /** How many of so many experiments have p below 0.05 at some of 100 looks. */
  function alarms(experiments: number, share: number, concentration: number): number {
    const next = uniforms(20261122)
    let count = 0
    for (let experiment = 0; experiment < experiments; experiment++) {
      const counts = [0, 0]
      const looks: number[][] = []
      for (let look = 0; look < 100; look++) {
        for (let user = 0; user < 50; user++) counts[next() < share ? 0 : 1]!++
        looks.push([...counts])
      }
      if (mismatchOf(looks, [1, 1], { concentration }).pValue < 0.05) count++
    }
    return count
  }

  it('a sound split is called broken at most as often as alpha says', () => {
    // 600 experiments: 0.05 plus three standard errors.
    const bound = 600 * 0.05 + 3 * Math.sqrt(600 * 0.05 * 0.95)
    expect(alarms(600, 0.5, 10_000)).toBeLessThan(bound)
    expect(alarms(600, 0.5, 100)).toBeLessThan(bound)
  })

  it('a broken split is found', () => {
    expect(alarms(200, 0.55, 10_000)).toBeGreaterThan(190)
  })

  it('the smallest p-value stays, whatever comes after it', () => {
    const looks = [
      [600, 400],
      [5500, 5400],
    ]
    const both = mismatchOf(looks, [1, 1])
    expect(both.look).toBe(0)
    expect(both.pValue).toBe(mismatchOf(looks.slice(0, 1), [1, 1]).pValue)
  })
})

describe('arms that are closed or empty', () => {
  it('a user in an arm that gets nobody settles it', () => {
    expect(mismatchOf([[500, 500, 1]], [0.5, 0.5, 0])).toMatchObject({ pValue: 0, log10PValue: null })
    expect(mismatchOf([[500, 500, 0]], [0.5, 0.5, 0]).pValue).toBe(1)
  })

  it('an arm without users counts fully', () => {
    expect(mismatchOf([[900, 0]], [0.5, 0.5]).pValue).toBeLessThan(1e-6)
  })

  it('nobody at all is not computable, and what is no count is refused', () => {
    expect(anytimeRatioMismatch([[0, 0]], [1, 1])).toMatchObject({ kind: 'notComputable', reason: 'noUnits' })
    expect(() => anytimeRatioMismatch([[0.5, 1]], [1, 1])).toThrow(RangeError)
    expect(() => anytimeRatioMismatch([], [1, 1])).toThrow(RangeError)
    expect(() => anytimeRatioMismatch([[1, 1]], [1])).toThrow(RangeError)
    expect(() => anytimeRatioMismatch([[1, 1]], [0, 0])).toThrow(RangeError)
    expect(() => anytimeRatioMismatch([[1, 1]], [1, 1], { concentration: 0 })).toThrow(RangeError)
  })
})
