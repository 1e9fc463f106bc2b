import type { Caller } from './caller.ts'

/** Knows which API keys are still good. */
export interface LiveKeys {
  /** Those of the ids whose keys are good, read anew. */
  liveAmong(ids: readonly string[]): Promise<Set<string>>
  /** Calls back when this process has revoked a key. */
  onRevoked(callback: (id: string) => void): void
}

export type EndReason = 'revoked' | 'expired'

interface Connection {
  caller: Caller
  end: (why: EndReason) => void
}

/** How often open connections are looked at. What this process revokes itself ends at once. */
const CHECK_MS = 10_000

/** Ends what stays open, such as subscriptions, when the credentials that opened it are no longer good. */
export class OpenConnections {
  readonly #keys: LiveKeys
  readonly #onError: (error: unknown) => void
  readonly #open = new Set<Connection>()
  readonly #timer: NodeJS.Timeout

  constructor(keys: LiveKeys, onError: (error: unknown) => void) {
    this.#keys = keys
    this.#onError = onError
    keys.onRevoked((id) => this.#end('revoked', ({ caller }) => isKey(caller) && caller.id === id))
    this.#timer = setInterval(() => void this.#check().catch(this.#onError), CHECK_MS).unref()
  }

  /** Watches over a connection. Returns how to end that, when it has closed by itself. */
  add(caller: Caller, end: (why: EndReason) => void): () => void {
    const connection = { caller, end }
    this.#open.add(connection)
    return () => void this.#open.delete(connection)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #check(): Promise<void> {
    const now = new Date()
    this.#end('expired', ({ caller: { expiresAt } }) => expiresAt !== null && expiresAt <= now)
    const ids = new Set([...this.#open].flatMap(({ caller }) => (isKey(caller) ? [caller.id!] : [])))
    if (ids.size === 0) return
    const live = await this.#keys.liveAmong([...ids])
    this.#end('revoked', ({ caller }) => isKey(caller) && ids.has(caller.id!) && !live.has(caller.id!))
  }

  #end(why: EndReason, which: (connection: Connection) => boolean): void {
    for (const connection of this.#open) {
      if (!which(connection)) continue
      this.#open.delete(connection)
      connection.end(why)
    }
  }
}

function isKey({ kind }: Caller): boolean {
  return kind === 'apiKey'
}
