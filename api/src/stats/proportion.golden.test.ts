import { agrestiCaffoInterval } from './agresti-caffo-interval.ts'
import { chiSquareTableTest } from './chi-square-table-test.ts'
import { chiSquareTest } from './chi-square-test.ts'
import { clopperPearsonInterval } from './clopper-pearson-interval.ts'
import type { ConfidenceInterval } from './confidence-interval.ts'
import { expectedCounts } from './expected-counts.ts'
import { fisherExactTest } from './fisher-exact-test.ts'
import { describeGolden } from './golden.contract.ts'
import type { Alternative, InferenceOptions } from './inference-options.ts'
import { katzInterval } from './katz-interval.ts'
import { koopmanRatioInterval, miettinenNurminenRatioInterval } from './koopman-interval.ts'
import { newcombeInterval } from './newcombe-interval.ts'
import { isNotComputable, type NotComputable } from './not-computable.ts'
import { oddsRatio, woolfInterval } from './odds-ratio.ts'
import type { PValue } from './p-value.ts'
import type { Proportion } from './proportion.ts'
import { riskDifference } from './risk-difference.ts'
import { meeInterval, miettinenNurminenDifferenceInterval } from './score-difference-interval.ts'
import { pooledZTest, unpooledZTest, waldDifferenceInterval } from './two-proportion-z-test.ts'
import { wilsonInterval } from './wilson-interval.ts'
import { yatesChiSquareTest } from './yates-chi-square-test.ts'

type Input =
  { kind: 'two_arms'; x_a: number; n_a: number; x_b: number; n_b: number } | { kind: 'table'; rows: number[][] }

const ROOT_FOUND = /miettinen|clopper|fisher\.(ci|odds)/

describeGolden<Input>({
  file: 'proportions',
  rtol: (_case, path) => (ROOT_FOUND.test(path) ? 1e-9 : 1e-11),
  compute: (input) => (input.kind === 'table' ? ofTable(input.rows) : ofTwoArms(input)),
})

function ofTable(rows: number[][]): unknown {
  const test = chiSquareTableTest(rows)
  return { expected_counts: expectedCounts(rows), chisq: chiSquareFields(test) }
}

function ofTwoArms({ x_a, n_a, x_b, n_b }: Extract<Input, { kind: 'two_arms' }>): unknown {
  const a = { successes: x_a, n: n_a }
  const b = { successes: x_b, n: n_b }
  const both = (interval: TwoArmInterval) => levels((options) => interval(a, b, options))
  return {
    p_a: x_a / n_a,
    p_b: x_b / n_b,
    diff: riskDifference(a, b),
    expected_counts: expectedCounts([
      [x_a, n_a - x_a],
      [x_b, n_b - x_b],
    ]),
    chisq: chiSquareFields(chiSquareTest(a, b)),
    chisq_yates: chiSquareFields(yatesChiSquareTest(a, b)),
    z_pooled: zFields((options) => pooledZTest(a, b, options)),
    z_unpooled: zFields((options) => unpooledZTest(a, b, options)),
    fisher: fisherFields(a, b),
    odds_ratio_sample: oddsRatio(a, b) ?? (x_b * (n_a - x_a) > 0 ? Infinity : null),
    ci_diff: {
      wald: both(waldDifferenceInterval),
      newcombe: both(newcombeInterval),
      agresti_caffo: both(agrestiCaffoInterval),
      miettinen_nurminen: both(miettinenNurminenDifferenceInterval),
    },
    wilson_a: levels((options) => wilsonInterval(a, options)),
    wilson_b: levels((options) => wilsonInterval(b, options)),
    clopper_pearson_a: levels((options) => clopperPearsonInterval(a, options)),
    clopper_pearson_b: levels((options) => clopperPearsonInterval(b, options)),
    risk_ratio: {
      rr: x_a > 0 ? x_b / n_b / (x_a / n_a) : x_b > 0 ? Infinity : null,
      katz: both(katzInterval),
      miettinen_nurminen: both(miettinenNurminenRatioInterval),
    },
    woolf: both(woolfInterval),
  }
}

type TwoArmInterval = (a: Proportion, b: Proportion, options: InferenceOptions) => ConfidenceInterval | NotComputable

/** The vectors write an unbounded upper end as Infinity. */
function levels(interval: (options: InferenceOptions) => ConfidenceInterval | NotComputable): unknown {
  const at = (level: number) => {
    const result = interval({ level })
    return isNotComputable(result) ? null : [result.lower, result.upper ?? Infinity]
  }
  return { ci_90: at(0.9), ci_95: at(0.95), ci_99: at(0.99) }
}

function chiSquareFields(
  test: (PValue & { kind: 'computed'; statistic: number; degreesOfFreedom: number | null }) | NotComputable,
): unknown {
  if (isNotComputable(test)) return null
  return { statistic: test.statistic, df: test.degreesOfFreedom, p: test.pValue, log10_p: test.log10PValue }
}

function zFields(
  run: (o: InferenceOptions) => (PValue & { kind: 'computed'; statistic: number }) | NotComputable,
): unknown {
  const two = run({})
  if (isNotComputable(two)) return null
  const p = (alternative: Alternative) => (run({ alternative }) as PValue).pValue
  return {
    z: two.statistic,
    p_two: two.pValue,
    log10_p_two: two.log10PValue,
    p_greater: p('greater'),
    p_less: p('less'),
  }
}

function fisherFields(a: Proportion, b: Proportion): unknown {
  const two = fisherExactTest(a, b)
  if (isNotComputable(two)) return null
  const onlyOneTable = two.estimate === null && two.confidenceInterval.lower === 0
  return {
    p_two: two.pValue,
    log10_p_two: two.log10PValue,
    p_greater: (fisherExactTest(a, b, { alternative: 'greater' }) as PValue).pValue,
    p_less: (fisherExactTest(a, b, { alternative: 'less' }) as PValue).pValue,
    odds_ratio_cmle: two.estimate ?? (onlyOneTable ? null : Infinity),
    ...(levels((options) => {
      const result = fisherExactTest(a, b, options)
      return isNotComputable(result) ? result : result.confidenceInterval
    }) as object),
  }
}

interface ScoreInput {
  control: Proportion
  treatment: Proportion
  level: number
}

describeGolden<ScoreInput>({
  file: 'score_intervals',
  rtol: 1e-9,
  compute: ({ control, treatment, level }) => {
    const test = chiSquareTest(control, treatment, { level })
    const difference = meeInterval(control, treatment, { level }) as ConfidenceInterval
    const ratio = koopmanRatioInterval(control, treatment, { level })
    const rate = ({ successes, n }: Proportion) => successes / n
    return {
      chiSquare: isNotComputable(test) ? null : test.statistic,
      difference: { estimate: riskDifference(control, treatment), ...difference },
      ratio: isNotComputable(ratio)
        ? null
        : { estimate: control.successes === 0 ? null : rate(treatment) / rate(control), ...ratio },
    }
  },
})
