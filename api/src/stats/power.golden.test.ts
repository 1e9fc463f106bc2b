import { arcsineDetectableRates, arcsinePower, arcsineSampleSize } from './arcsine-power.ts'
import { describeGolden } from './golden.contract.ts'
import { isNotComputable } from './not-computable.ts'
import type { PowerOptions } from './power-options.ts'
import { proportionDetectableRates, proportionPower, proportionSampleSize } from './proportion-power.ts'
import { tTestDetectableEffect, tTestPower, tTestSampleSize } from './t-test-power.ts'
import { zTestDetectableEffect, zTestPower, zTestSampleSize } from './z-test-power.ts'

interface Input {
  test: 't' | 'z' | 'prop' | 'arcsine'
  solve: 'power' | 'n' | 'mde'
  n1: number
  ratio: number
  delta: number
  sd: number
  p1: number
  p2: number
  power: number
  alpha: number
  sides: 1 | 2
}

describeGolden<Input>({
  file: 'power',
  rtol: ({ input }) => (input.solve === 'power' ? 1e-9 : 1e-8),
  compute: (input) => {
    const { alpha, sides, ratio } = input
    const usual = solve(input, { alpha, sides, ratio })
    const strict = solve(input, { alpha, sides, ratio, countWrongSide: true })
    if (input.solve === 'power') return { power: usual, power_strict: strict }
    if (input.solve === 'n') {
      const n1 = usual as number
      return { n1, n1_strict: strict, n1_ceil: Math.ceil(n1), n2_ceil: Math.ceil(ratio * Math.ceil(n1)) }
    }
    if (typeof usual === 'number') return { mde: usual, mde_strict: strict }
    const [rates, strictRates] = [usual, strict] as Rates[]
    return {
      mde: rates?.above,
      mde_down: rates?.below,
      mde_strict: strictRates?.above,
      mde_down_strict: strictRates?.below,
    }
  },
})

type Rates = { above: number | null; below: number | null } | null

function solve(input: Input, options: PowerOptions): number | Rates {
  const { test, n1, delta, sd, p1, p2, power } = input
  if (test === 't' || test === 'z') {
    const means =
      test === 't'
        ? ([tTestPower, tTestSampleSize, tTestDetectableEffect] as const)
        : ([zTestPower, zTestSampleSize, zTestDetectableEffect] as const)
    if (input.solve === 'power') return means[0](n1, delta, sd, options)
    return input.solve === 'n' ? means[1](delta, sd, power, options) : means[2](n1, sd, power, options)
  }
  const isPearson = test === 'prop'
  if (input.solve === 'power') {
    if (!isPearson) return arcsinePower(n1, p1, p2, options)
    const result = proportionPower(n1, p1, p2, options)
    return isNotComputable(result) ? null : result.power
  }
  if (input.solve === 'n') {
    const result = (isPearson ? proportionSampleSize : arcsineSampleSize)(p1, p2, power, options)
    return isNotComputable(result) ? null : result.n
  }
  const result = (isPearson ? proportionDetectableRates : arcsineDetectableRates)(n1, p1, power, options)
  return isNotComputable(result) ? null : result
}
