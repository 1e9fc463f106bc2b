import { describeGolden } from './golden.contract.ts'
import { isNotComputable } from './not-computable.ts'
import { sampleRatioMismatch } from './sample-ratio-mismatch.ts'

interface Input {
  counts: number[]
  weights: number[]
}

describeGolden<Input>({
  file: 'srm',
  rtol: 1e-12,
  compute: ({ counts, weights }) => {
    const check = sampleRatioMismatch(counts, weights)
    if (isNotComputable(check)) {
      return { expected: counts.map(() => 0), statistic: null, df: counts.length - 1, p: null, log10_p: null }
    }
    const { expected, ratio, statistic, degreesOfFreedom, pValue, log10PValue } = check
    return { expected, ratio, statistic, df: degreesOfFreedom, p: pValue, log10_p: log10PValue }
  },
})
