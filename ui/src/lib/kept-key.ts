/** Where the pages of this server keep the key of who signed in; GraphiQL reads it as well. */
const NAME = 'fairlift:api-key'

/** Null: nobody has signed in here. */
export function keptKey(): string | null {
  try {
    return sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME)
  } catch {
    return null
  }
}

/** @param stays on the next visit too; else until the tab is closed */
export function keepKey(key: string, stays: boolean): void {
  forgetKey()
  try {
    const storage = stays ? localStorage : sessionStorage
    storage.setItem(NAME, key)
  } catch {
    // Storage is switched off: the key is asked for again when the page is loaded again.
  }
}

export function forgetKey(): void {
  try {
    sessionStorage.removeItem(NAME)
    localStorage.removeItem(NAME)
  } catch {
    // Then nothing was kept.
  }
}
