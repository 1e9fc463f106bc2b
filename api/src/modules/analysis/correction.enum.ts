import { registerEnumType } from 'type-graphql'

export const CorrectionEnum = {
  BENJAMINI_HOCHBERG: 'BENJAMINI_HOCHBERG',
  BENJAMINI_YEKUTIELI: 'BENJAMINI_YEKUTIELI',
  HOLM: 'HOLM',
  HOCHBERG: 'HOCHBERG',
  BONFERRONI: 'BONFERRONI',
  NONE: 'NONE',
} as const
registerEnumType(CorrectionEnum, {
  name: 'Correction',
  description: 'How p-values and intervals are adjusted for their number.',
  valuesConfig: {
    BENJAMINI_HOCHBERG: {
      description:
        'Bounds the expected share of false discoveries among the significant results, for tests that are independent or go together.',
    },
    BENJAMINI_YEKUTIELI: { description: 'The same for tests of any dependence, at a price.' },
    HOLM: { description: 'Bounds the chance of any false discovery, whatever the dependence.' },
    HOCHBERG: {
      description: 'As Holm’s and sometimes sharper, for tests that are independent or go together.',
    },
    BONFERRONI: {
      description: 'Bounds the chance of any false discovery, and its intervals agree with its p-values one by one.',
    },
    NONE: { description: 'Not at all.' },
  },
})

export const CorrectionFamilyEnum = { ALL_METRICS: 'ALL_METRICS', PRIMARY_METRICS: 'PRIMARY_METRICS' } as const
registerEnumType(CorrectionFamilyEnum, {
  name: 'CorrectionFamily',
  description: 'Which tests over all users are adjusted together. Segments are always a family of their own.',
  valuesConfig: {
    ALL_METRICS: { description: 'All metrics of the analysis, against all treatments.' },
    PRIMARY_METRICS: {
      description:
        'The primary metric, against all treatments; all other metrics are a second family. What decides does not pay for what informs.',
    },
  },
})
