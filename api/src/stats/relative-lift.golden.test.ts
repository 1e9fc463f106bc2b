import { type ConfidenceInterval, intervalAround } from './confidence-interval.ts'
import { deltaLift, deltaLiftTest } from './delta-lift.ts'
import { normal } from './distributions/normal.ts'
import { studentT } from './distributions/student-t.ts'
import { fiellerLift } from './fieller-lift.ts'
import { describeGolden } from './golden.contract.ts'
import { resolveOptions } from './inference-options.ts'
import { logLiftInterval, logLiftTest, logRatio } from './log-lift.ts'
import { isNotComputable } from './not-computable.ts'
import { satterthwaiteDegreesOfFreedom } from './satterthwaite.ts'

interface Input {
  n_t: number
  mean_t: number
  var_t: number
  n_c: number
  mean_c: number
  var_c: number
}

const LEVELS = { ci_90: 0.9, ci_95: 0.95, ci_99: 0.99 }

/** The vectors divide by the control as it is; the code by its size. For a negative control one is minus the other. */
describeGolden<Input>({
  file: 'relative_lift',
  rtol: 1e-11,
  compute: ({ n_t, mean_t, var_t, n_c, mean_c, var_c }) => {
    const control = { value: mean_c, standardError: Math.sqrt(var_c / n_c) }
    const treatment = { value: mean_t, standardError: Math.sqrt(var_t / n_t) }
    const sign = mean_c < 0 ? -1 : 1
    const delta = deltaLift(control, treatment)
    const estimate = isNotComputable(delta) ? null : delta.estimate
    return {
      lift: estimate === null ? null : sign * estimate,
      lift_abs_denominator: estimate,
      delta: deltaFields(),
      delta_t: deltaTFields(),
      log: logFields(),
      fieller: levels(fiellerFields),
    }

    function deltaFields(): unknown {
      if (isNotComputable(delta)) return null
      const test = deltaLiftTest(control, treatment)
      const tested = isNotComputable(test) ? null : test
      return {
        se: delta.standardError,
        z_stat: tested && sign * tested.statistic,
        p_two: tested && tested.pValue,
        log10_p_two: tested && tested.log10PValue,
        ...levels((level) =>
          ends(intervalAround(delta.estimate, delta.standardError, normal, resolveOptions({ level }))),
        ),
      }
    }

    function deltaTFields(): unknown {
      if (isNotComputable(delta) || delta.standardError === 0) return null
      const df = satterthwaiteDegreesOfFreedom({ variance: var_c / n_c, n: n_c }, { variance: var_t / n_t, n: n_t })
      return {
        df,
        ...levels((level) =>
          ends(intervalAround(delta.estimate, delta.standardError, studentT(df), resolveOptions({ level }))),
        ),
      }
    }

    function logFields(): unknown {
      const log = logRatio(control, treatment)
      if (isNotComputable(log)) return null
      const test = logLiftTest(control, treatment)
      return {
        log_ratio: log.estimate,
        se_log: log.standardError,
        z_stat: isNotComputable(test) ? null : sign * test.statistic,
        ...levels((level) => ends(logLiftInterval(control, treatment, { level }) as ConfidenceInterval)),
      }
    }

    function fiellerFields(level: number): unknown {
      const lift = fiellerLift(control, treatment, { level, criticalValue: normal.isf((1 - level) / 2) })
      if (isNotComputable(lift)) return null
      const { kind, gap } = lift.confidenceInterval
      return {
        g: lift.g ?? Infinity,
        type: kind === 'wholeLine' ? 'line' : kind,
        limits: kind === 'wholeLine' ? null : gap ? turned(gap) : ends(lift.confidenceInterval),
      }
    }

    function ends(interval: ConfidenceInterval): unknown {
      return turned({ lower: interval.lower!, upper: interval.upper! })
    }

    function turned({ lower, upper }: { lower: number; upper: number }): [number, number] {
      return sign === 1 ? [lower, upper] : [-upper, -lower]
    }
  },
})

function levels(at: (level: number) => unknown): object {
  return Object.fromEntries(Object.entries(LEVELS).map(([key, level]) => [key, at(level)]))
}
