/** GraphiQL keeps its tabs here, and what is in the editors of the active one. */
const KEPT_BY_GRAPHIQL = ['tabState', 'query', 'variables', 'headers'].map((name) => `graphiql:${name}`)
const FILLED = 'fairlift:filled-variables'

/** Forgets the tabs of earlier visits, so that the tour is opened again. History and settings stay. */
export function forgetTabs(): void {
  for (const key of [...KEPT_BY_GRAPHIQL, FILLED]) localStorage.removeItem(key)
}

/** Whether a text is what the page itself wrote into the variables of an example: only that may be replaced. */
export function isFilledIn(operationName: string, text: string): boolean {
  return text.trim() === '' || readFilled()[operationName] === text
}

export function rememberFilledIn(operationName: string, text: string): void {
  localStorage.setItem(FILLED, JSON.stringify({ ...readFilled(), [operationName]: text }))
}

function readFilled(): Record<string, unknown> {
  try {
    return (JSON.parse(localStorage.getItem(FILLED) ?? '{}') ?? {}) as Record<string, unknown>
  } catch {
    return {}
  }
}
