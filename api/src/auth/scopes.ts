/** What a caller may be allowed to do, and what that is for. */
export const scopeMeanings = {
  'experiments:read': 'Reads experiments, their results, models, jobs and the metrics.',
  'experiments:write': 'Creates and changes experiments and defines metrics. Has `experiments:read` in it.',
  'events:write': 'Sends events, follows what becomes of them, and sees which of their rows were rejected.',
  'analyses:run': 'Runs analyses, models, calibrations and verifications. Has `experiments:read` in it.',
  admin:
    'Everything: the data of single users (events, files as received), erasing, merging of files, API keys, and all of the above.',
} as const

export type Scope = keyof typeof scopeMeanings

export const allScopes = Object.keys(scopeMeanings) as Scope[]

export function isScope(text: string): text is Scope {
  return Object.hasOwn(scopeMeanings, text)
}

/** Who may change experiments, or ask questions about them, may look at them. */
const included: Record<Scope, readonly Scope[]> = {
  'experiments:read': [],
  'experiments:write': ['experiments:read'],
  'events:write': [],
  'analyses:run': ['experiments:read'],
  admin: allScopes,
}

/** The scopes that were given, and those within them; what is no scope of ours is left out. */
export function scopesOf(given: Iterable<string>): ReadonlySet<Scope> {
  const named = [...given].filter(isScope)
  const has = new Set(named.flatMap((scope) => [scope, ...included[scope]]))
  return new Set(allScopes.filter((scope) => has.has(scope)))
}
