/** Where the pages of this server keep the key of who signed in; those of the UI write it as well. */
const NAME = 'fairlift:api-key'

export function apiKey(): string | null {
  return sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME)
}

/** Keeps a key until the tab is closed; null forgets what is kept. */
export function keepApiKey(key: string | null): void {
  localStorage.removeItem(NAME)
  if (key === null) sessionStorage.removeItem(NAME)
  else sessionStorage.setItem(NAME, key)
}

/** Headers that tell who sends a request: those of the headers editor, or else the key that is kept. */
export function withApiKey(headers: Record<string, unknown> = {}): Record<string, string> {
  const given = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const),
  )
  const key = apiKey()
  const isTold = 'authorization' in given || 'x-api-key' in given
  return isTold || key === null ? given : { ...given, authorization: `Bearer ${key}` }
}
