import { setTimeout as delay } from 'node:timers/promises'

/** Far longer than anything takes on a busy machine: a test that waits so long has failed. */
const PATIENCE_MS = 120_000
const INTERVAL_MS = 25

/**
 * Looks again and again until there is something (not undefined, null or false), and returns it.
 *
 * @param what what is waited for, to be told when it does not come
 */
export async function until<Found>(
  what: string,
  look: () => Found | undefined | null | false | Promise<Found | undefined | null | false>,
  patienceMs = PATIENCE_MS,
): Promise<Found> {
  const giveUpAt = performance.now() + patienceMs
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== null && found !== false) return found
    if (performance.now() > giveUpAt) throw new Error(`Waited ${patienceMs} ms in vain: ${what}.`)
    await delay(INTERVAL_MS)
  }
}
