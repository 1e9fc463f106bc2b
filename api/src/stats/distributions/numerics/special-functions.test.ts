import betainc from '@stdlib/math-base-special-betainc'
import gammainc from '@stdlib/math-base-special-gammainc'
import { jStat } from 'jstat'
import { describe, expect, it } from 'vitest'
import { noncentralT } from '../noncentral-t.ts'
import { incompleteBeta } from './incomplete-beta.ts'
import { incompleteGamma } from './incomplete-gamma.ts'
import * as special from './special-functions.ts'
// Computed with 60 digits from the exact doubles and rounded once.
import reference from './special-functions.reference.json' with { type: 'json' }

/** What the statistics need of every special function, relative; for logarithms also absolute. */
const TOLERANCE = 1e-12

type Row = readonly number[]

/** The largest relative error over the rows whose expected number, at `column` from the end, is not 0. */
function worstError(rows: readonly Row[], f: (...args: number[]) => number, column = 1, scale = 0): number {
  const errors = rows.map((row) => {
    const expected = row.at(-column)!
    return expected === 0 ? 0 : Math.abs(f(...row) - expected) / Math.max(Math.abs(expected), scale)
  })
  return Math.max(...errors.map((error) => (Number.isNaN(error) ? Infinity : error)))
}

const LOG = 1

/** Gamma itself, as far as it does not overflow. */
const gammas = reference.logGamma.filter(([x]) => x! < 171).map(([x, log]) => [x!, Math.exp(log!)])

describe('the functions taken from @stdlib meet the tolerance', () => {
  it.each([
    ['erf', worstError(reference.erf, special.erf)],
    ['erfc', worstError(reference.erfc, special.erfc)],
    ['scaledErfc', worstError(reference.scaledErfc, special.scaledErfc)],
    ['inverseErfc', worstError(reference.inverseErfc, special.inverseErfc)],
    ['logGamma', worstError(reference.logGamma, special.logGamma)],
    ['exp of logGamma', worstError(gammas, (x) => Math.exp(special.logGamma(x)))],
    ['logBeta', worstError(reference.logBeta, special.logBeta, 1, LOG)],
    ['log1pMinusX', worstError(reference.log1pMinusX, special.log1pMinusX)],
  ])('%s', (_name, error) => expect(error).toBeLessThan(TOLERANCE))
})

const beta = (tail: keyof ReturnType<typeof incompleteBeta>) => (a: number, b: number, x: number) =>
  incompleteBeta(a, b, x)[tail]
const gamma = (tail: keyof ReturnType<typeof incompleteGamma>) => (a: number, x: number) => incompleteGamma(a, x)[tail]

describe('the functions written here meet the tolerance', () => {
  it.each([
    ['incomplete beta, lower tail', worstError(reference.incompleteBeta, beta('lower'), 4)],
    ['incomplete beta, upper tail', worstError(reference.incompleteBeta, beta('upper'), 3)],
    ['incomplete beta, log lower', worstError(reference.incompleteBeta, beta('logLower'), 2, LOG)],
    ['incomplete beta, log upper', worstError(reference.incompleteBeta, beta('logUpper'), 1, LOG)],
    ['incomplete gamma, lower tail', worstError(reference.incompleteGamma, gamma('lower'), 4)],
    ['incomplete gamma, upper tail', worstError(reference.incompleteGamma, gamma('upper'), 3)],
    ['incomplete gamma, log lower', worstError(reference.incompleteGamma, gamma('logLower'), 2, LOG)],
    ['incomplete gamma, log upper', worstError(reference.incompleteGamma, gamma('logUpper'), 1, LOG)],
    ['noncentral t', worstError(reference.noncentralT, (df, ncp, t) => noncentralT(df, ncp).cdf(t), 2)],
    ['noncentral t, upper', worstError(reference.noncentralT, (df, ncp, t) => noncentralT(df, ncp).sf(t), 1)],
  ])('%s', (_name, error) => expect(error).toBeLessThan(TOLERANCE))
})

// Each of these is why something else is used. One that starts to meet the tolerance may be worth another look.
describe('what is not used misses the tolerance', () => {
  it.each([
    ['jStat.erf', worstError(reference.erf, jStat.erf)],
    ['jStat.erfc', worstError(reference.erfc, jStat.erfc)],
    ['jStat.erfcinv', worstError(reference.inverseErfc, jStat.erfcinv)],
    // Its relative error is small enough, but it is exponentiated: there the absolute one counts.
    ['exp of jStat.gammaln', worstError(gammas, (x) => Math.exp(jStat.gammaln(x)))],
    ['jStat.betaln', worstError(reference.logBeta, jStat.betaln, 1, LOG)],
    ['jStat.ibeta', worstError(reference.incompleteBeta, (a, b, x) => jStat.ibeta(x, a, b), 4)],
    ['jStat.lowRegGamma', worstError(reference.incompleteGamma, jStat.lowRegGamma, 4)],
    ['jStat.noncentralt', worstError(reference.noncentralT, (df, ncp, t) => jStat.noncentralt.cdf(t, df, ncp), 2)],
    ['stdlib betainc', worstError(reference.incompleteBeta, (a, b, x) => betainc(x, a, b), 4)],
    ['stdlib gammainc', worstError(reference.incompleteGamma, (a, x) => gammainc(x, a), 4)],
    ['log of stdlib gammainc', worstError(reference.incompleteGamma, (a, x) => Math.log(gammainc(x, a, true, true)))],
  ])('%s', (_name, error) => expect(error).toBeGreaterThan(TOLERANCE))
})
