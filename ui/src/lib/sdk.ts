import { createClient } from '@fairlift/sdk'
import { keptKey } from './kept-key.ts'

/** The one way to the server: that of the page itself, with the key of who signed in. */
export const client = createClient({ url: '/', apiKey: keptKey })

/**
 * Watches what is shown. It tells of a lost connection at once, in place of trying in silence, so that the page can say
 * that it may be behind: state/live.svelte.ts opens it again.
 */
export const watcher = createClient({ url: '/', apiKey: keptKey, retry: { reconnects: 0 } })

/** Asks with a key that is not kept yet. */
export function clientWith(apiKey: string) {
  return createClient({ url: '/', apiKey })
}
