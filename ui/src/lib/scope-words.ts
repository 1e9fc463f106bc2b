import type { Scope } from '@fairlift/sdk'

/** What each scope is for, in the order in which keys are made. */
export const scopeWords: Record<Scope, string> = {
  'experiments:read': 'See experiments and their results.',
  'experiments:write': 'Create and change experiments and metrics; see them, too.',
  'events:write': 'Send events, and see which rows were rejected.',
  'analyses:run': 'Run analyses and train models; see experiments, too.',
  admin: 'Everything: single users’ data, erasing, API keys, and all of the above.',
}

export const allScopes = Object.keys(scopeWords) as Scope[]
