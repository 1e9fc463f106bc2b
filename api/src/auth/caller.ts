import { AppError } from '../errors.ts'
import { allScopes, scopesOf, type Scope } from './scopes.ts'

/** Who sent a request, and what they may do. */
export interface Caller {
  /** `local`: somebody without credentials where none are asked for. */
  kind: 'local' | 'apiKey' | 'token'
  /** Of the API key, or the subject of the token. Null: a local caller. */
  id: string | null
  name: string
  scopes: ReadonlySet<Scope>
  /** When the credentials end. Null: they do not. */
  expiresAt: Date | null
}

/** Whoever comes from this machine where that is enough, or from anywhere with ALLOW_UNAUTHENTICATED. */
export const localCaller: Caller = {
  kind: 'local',
  id: null,
  name: 'Local operator',
  scopes: scopesOf(allScopes),
  expiresAt: null,
}

/** Tells callers apart: their idempotency keys and their limits are their own. */
export function identityOf({ kind, id }: Caller): string {
  return kind === 'local' ? kind : `${kind}:${id}`
}

const kindNames: Record<Caller['kind'], string> = { local: 'caller', apiKey: 'API key', token: 'access token of' }

/**
 * Makes sure that a caller has a scope, or one of several.
 *
 * @param what that needs it, at the beginning of a sentence
 * @throws AppError FORBIDDEN naming the scope
 */
export function requireScope(caller: Caller, needed: readonly Scope[], what: string): void {
  if (needed.some((scope) => caller.scopes.has(scope))) return
  const quoted = needed.map((scope) => `"${scope}"`)
  const which = quoted.length === 1 ? `the scope ${quoted[0]}` : `one of the scopes ${quoted.join(', ')}`
  const own = [...caller.scopes].map((scope) => `"${scope}"`).join(', ') || 'none'
  throw new AppError(
    'FORBIDDEN',
    `${what} needs ${which}; the ${kindNames[caller.kind]} "${caller.name}" has ${own}. Use credentials that have it.`,
    { details: { scope: needed[0], scopes: needed } },
  )
}
