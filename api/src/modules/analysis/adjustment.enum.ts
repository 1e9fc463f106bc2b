import { registerEnumType } from 'type-graphql'

export const VarianceReductionKindEnum = { NONE: 'NONE', CUPED: 'CUPED' } as const
registerEnumType(VarianceReductionKindEnum, {
  name: 'VarianceReductionKind',
  description: 'Whether values are adjusted by what was known of the users before.',
  valuesConfig: {
    NONE: { description: 'They are not.' },
    CUPED: { description: 'By what users did before their exposure: the same effect with less noise.' },
  },
})

export const LiftIntervalEnum = { DEFAULT: 'DEFAULT', DELTA: 'DELTA', LOG: 'LOG' } as const
registerEnumType(LiftIntervalEnum, {
  name: 'LiftInterval',
  description: 'How the interval of a lift is computed.',
  valuesConfig: {
    DEFAULT: { description: 'The one that goes with the metric’s test: Koopman’s, Fieller’s, or log for quantiles.' },
    DELTA: {
      description: 'Delta method, symmetric about the estimate: as other tools do it. Too sure with few users.',
    },
    LOG: { description: 'Delta method on the log scale: never below -100 %.' },
  },
})

export const PosteriorModelEnum = { BETA_BINOMIAL: 'BETA_BINOMIAL', NORMAL: 'NORMAL' } as const
registerEnumType(PosteriorModelEnum, {
  name: 'PosteriorModel',
  description: 'How a posterior was computed.',
  valuesConfig: {
    BETA_BINOMIAL: { description: 'From the conversions of two variants, each with a rate of its own.' },
    NORMAL: { description: 'From the estimate of the lift and its standard error.' },
  },
})
