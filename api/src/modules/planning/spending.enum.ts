import { registerEnumType } from 'type-graphql'

export const SpendingEnum = {
  OBRIEN_FLEMING: 'OBRIEN_FLEMING',
  POCOCK: 'POCOCK',
  HWANG_SHIH_DECANI: 'HWANG_SHIH_DECANI',
} as const
registerEnumType(SpendingEnum, {
  name: 'Spending',
  description: 'How early looks may use up the error that a design allows itself.',
  valuesConfig: {
    OBRIEN_FLEMING: { description: 'Little early, nearly all at the end: only a very large effect ends early.' },
    POCOCK: { description: 'Nearly evenly: ends early more often, and asks for more users.' },
    HWANG_SHIH_DECANI: { description: 'A family with the parameter gamma: -4 is close to the first, 1 to the second.' },
  },
})
