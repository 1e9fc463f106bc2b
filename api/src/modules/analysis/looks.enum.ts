import { registerEnumType } from 'type-graphql'

export const LookKindEnum = {
  FIXED: 'FIXED',
  GROUP_SEQUENTIAL: 'GROUP_SEQUENTIAL',
  ALWAYS_VALID: 'ALWAYS_VALID',
} as const
registerEnumType(LookKindEnum, {
  name: 'LookKind',
  description: 'How looks before the planned end are allowed for. To be settled before the first look.',
  valuesConfig: {
    FIXED: { description: 'Not at all: one look, at the planned end. Earlier ones withhold the verdict.' },
    GROUP_SEQUENTIAL: {
      description:
        'By bounds that spend the error over the looks, by the share of the planned users that were exposed. Crossing one decides.',
    },
    ALWAYS_VALID: { description: 'By intervals that hold at all times together: one may look and stop at any time.' },
  },
})
