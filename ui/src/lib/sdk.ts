import { createClient } from '@fairlift/sdk'

/** The one way to the server: that of the page itself. */
export const client = createClient({ url: '/' })

/**
 * Watches what is shown. It tells of a lost connection at once, in place of trying in silence, so that the page can say
 * that it may be behind: state/live.svelte.ts opens it again.
 */
export const watcher = createClient({ url: '/', retry: { reconnects: 0 } })
