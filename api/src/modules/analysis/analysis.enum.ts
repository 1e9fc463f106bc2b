import { registerEnumType } from 'type-graphql'

export const AlternativeEnum = { TWO_SIDED: 'two-sided', GREATER: 'greater', LESS: 'less' } as const
registerEnumType(AlternativeEnum, {
  name: 'Alternative',
  description: 'The direction that is tested.',
  valuesConfig: {
    TWO_SIDED: { description: 'The treatment differs.' },
    GREATER: { description: 'The treatment is greater.' },
    LESS: { description: 'The treatment is less.' },
  },
})

export const MethodEnum = {
  CHI_SQUARE: 'CHI_SQUARE',
  FISHER_EXACT: 'FISHER_EXACT',
  WELCH_T: 'WELCH_T',
  MANN_WHITNEY: 'MANN_WHITNEY',
  RATIO_DELTA: 'RATIO_DELTA',
  QUANTILE_ORDER_STATISTICS: 'QUANTILE_ORDER_STATISTICS',
  CUPED: 'CUPED',
} as const
registerEnumType(MethodEnum, {
  name: 'Method',
  description: 'How a metric is tested.',
  valuesConfig: {
    CHI_SQUARE: { description: 'Pearson’s chi-square test of two rates, with the score intervals that go with it.' },
    FISHER_EXACT: { description: 'Fisher’s exact test, for few users.' },
    WELCH_T: { description: 'Welch’s t test of two means.' },
    MANN_WHITNEY: { description: 'Mann and Whitney’s rank test: extreme values weigh no more than others.' },
    RATIO_DELTA: { description: 'Delta method for a ratio of sums over users.' },
    QUANTILE_ORDER_STATISTICS: { description: 'Two quantiles, each with a standard error from the values around it.' },
    CUPED: { description: 'Welch’s t test of values adjusted by what users did before their exposure.' },
  },
})

export const UnboundedReasonEnum = {
  ONE_SIDED: 'oneSided',
  CONTROL_NEAR_ZERO: 'controlNearZero',
  NO_CONTROL_SUCCESSES: 'noControlSuccesses',
  EDGE_OF_SUPPORT: 'edgeOfSupport',
  NOTHING_TO_SPEND: 'nothingToSpend',
} as const
registerEnumType(UnboundedReasonEnum, {
  name: 'UnboundedReason',
  description: 'Why an interval has no end on a side.',
  valuesConfig: {
    ONE_SIDED: { description: 'Only the other side was asked for.' },
    CONTROL_NEAR_ZERO: {
      description: 'The control is not clearly different from zero, so a change in percent may be of any size.',
    },
    NO_CONTROL_SUCCESSES: { description: 'Nobody in the control did it, so a change in percent may be of any size.' },
    EDGE_OF_SUPPORT: { description: 'The data are the most extreme that are possible.' },
    NOTHING_TO_SPEND: { description: 'The design of the looks leaves this one no error: it rules nothing out.' },
  },
})

export const IntervalKindEnum = { INTERVAL: 'interval', COMPLEMENT: 'complement', WHOLE_LINE: 'wholeLine' } as const
registerEnumType(IntervalKindEnum, {
  name: 'IntervalKind',
  description: 'The form of a confidence interval.',
  valuesConfig: {
    INTERVAL: { description: 'All values from lower to upper; a side that is null has no end.' },
    COMPLEMENT: { description: 'All values but those inside the gap: the control is too close to zero for more.' },
    WHOLE_LINE: { description: 'All values: the data exclude none.' },
  },
})
