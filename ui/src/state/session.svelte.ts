import { FairliftAccessError, type Scope, type Viewer } from '@fairlift/sdk'
import { forgetKey, keepKey, keptKey } from '../lib/kept-key.ts'
import { client, clientWith } from '../lib/sdk.ts'

/** A server that does not answer must not keep the page empty: what is shown then tells of it. */
const LOOK_AT_MOST_MS = 1000

/** Who looks at the pages, and what they may do. */
class Session {
  /** `asked`: the server wants to know who this is, and nobody has said so far, or not rightly. */
  state = $state<'looking' | 'open' | 'asked'>(keptKey() === null ? 'looking' : 'open')
  /** Null: not known yet. */
  viewer = $state.raw<Viewer | null>(null)
  /** Why the last key was not taken. */
  problem = $state<string | null>(null)
  /** Grows when somebody else looks: what is shown is read anew. */
  generation = $state(0)

  /** Finds out who one is. */
  async look(): Promise<void> {
    setTimeout(() => {
      if (this.state === 'looking') this.state = 'open'
    }, LOOK_AT_MOST_MS)
    try {
      this.viewer = await client.viewer()
      this.state = 'open'
    } catch (error) {
      if (!isUnknown(error)) {
        if (this.state === 'looking') this.state = 'open'
      } else if (keptKey() === null) this.state = 'asked'
      else {
        // It may be of another server that was at this address, and this one ask for none.
        forgetKey()
        this.problem = error.message
        await this.look()
        if (this.state === 'open') this.#begin()
      }
    }
  }

  /** Takes a key, if the server does. */
  async signIn(key: string, stays: boolean): Promise<void> {
    try {
      const viewer = await clientWith(key).viewer()
      keepKey(key, stays)
      this.viewer = viewer
      this.#begin()
      this.state = 'open'
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error)
    }
  }

  /** Forgets the key. The page begins anew, and with it all connections. */
  signOut(): void {
    forgetKey()
    location.reload()
  }

  /** Tells of an error that a call ended with: the key may have been revoked meanwhile. */
  notice(error: unknown): void {
    if (!isUnknown(error) || this.state === 'asked') return
    this.problem = error.message
    this.viewer = null
    this.state = 'asked'
  }

  /** Why something cannot be done. Null: it can. */
  whyNot(scope: Scope): string | null {
    if (this.viewer === null || this.viewer.scopes.includes(scope)) return null
    return `Your key “${this.viewer.name}” does not have the scope ${scope}.`
  }

  #begin(): void {
    this.problem = null
    this.generation++
  }
}

function isUnknown(error: unknown): error is FairliftAccessError {
  return error instanceof FairliftAccessError && error.code === 'UNAUTHENTICATED'
}

export const session = new Session()
