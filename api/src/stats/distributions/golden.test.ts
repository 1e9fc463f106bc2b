import { describeGolden, type GoldenCase } from '../golden.contract.ts'
import { beta } from './beta.ts'
import { binomial } from './binomial.ts'
import { chiSquare } from './chi-square.ts'
import { fisherF } from './fisher-f.ts'
import { gamma } from './gamma.ts'
import { hypergeometric } from './hypergeometric.ts'
import { noncentralT } from './noncentral-t.ts'
import { normal } from './normal.ts'
import { erf, erfc, logBeta, logGamma } from './numerics/special-functions.ts'
import { poisson } from './poisson.ts'
import { studentT } from './student-t.ts'

interface Input {
  dist: string
  fn: string
  params: Record<string, number>
  x: number[] | [number, number][]
}

type Function = (x: number) => number

const families: Record<string, (p: Record<string, number>) => object> = {
  normal: () => normal,
  t: (p) => studentT(p['df']!),
  nct: (p) => noncentralT(p['df']!, p['ncp']!),
  chi2: (p) => chiSquare(p['df']!),
  f: (p) => fisherF(p['df1']!, p['df2']!),
  beta: (p) => beta(p['a']!, p['b']!),
  gamma: (p) => gamma(p['shape']!, p['rate']!),
  binomial: (p) => binomial(p['n']!, p['p']!),
  hypergeometric: (p) => hypergeometric(p['N']!, p['K']!, p['n']!),
  poisson: (p) => poisson(p['lambda']!),
  special: () => ({ lgamma: logGamma, erf, erfc, lbeta: ([a, b]: [number, number]) => logBeta(a, b) }),
}

const ourNames: Record<string, string> = { logcdf: 'logCdf', logsf: 'logSf' }

describeGolden<Input>({
  file: 'distributions',
  rtol: toleranceOf,
  compute: ({ dist, fn, params, x }) => {
    const family = families[dist]!(params) as Record<string, Function>
    const evaluate = family[ourNames[fn] ?? fn]!
    return { value: (x as number[]).map((value) => evaluate(value)) }
  },
})

/** The table of the vectors' description: 1e-12, 1e-11 beyond 10 standard deviations, 1e-10 for the noncentral t. */
function toleranceOf({ input, expected }: GoldenCase<Input>, path: string): number {
  if (input.dist === 'nct') return 1e-10
  if (input.fn === 'ppf' && input.dist === 't' && input.params['df']! < 1) return 1e-8
  const value = (expected as { value: number[] }).value[Number(path.split('.').at(-1))]!
  return /^(cdf|sf|pdf|pmf)$/.test(input.fn) && value < 1e-23 ? 1e-11 : 1e-12
}
