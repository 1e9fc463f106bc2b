import { EventEmitter } from 'node:events'
import { isSameHash, keptOf, makeApiKey } from '../../auth/api-key-secret.ts'
import type { ApiKeyCallers } from '../../auth/authenticator.ts'
import type { Caller } from '../../auth/caller.ts'
import { allScopes, isScope, scopesOf } from '../../auth/scopes.ts'
import { AppError, notFound, type UserError } from '../../errors.ts'
import type { IdempotentCall, IdempotencyService } from '../idempotency/idempotency.service.ts'
import type { ApiKey, ApiKeyRepository } from './api-key.repository.ts'

export type { ApiKey }

export interface CreateApiKeyRequest {
  name: string
  scopes: string[]
  expiresAt?: Date | null
}

export interface CreateApiKeyPayload {
  apiKey: ApiKey | null
  /** Null: there are user errors, or the key was made before, and its secret shown then. */
  secret: string | null
  userErrors: UserError[]
}

export interface RevokeApiKeyPayload {
  apiKey: ApiKey | null
  userErrors: UserError[]
}

const MAX_NAME_LENGTH = 100
/** What was read of a key holds for so long: another process may have revoked it since. */
const RECENT_MS = 10_000
const MOST_RECENT = 10_000
/** How exactly it is known when a key was used last. */
const TOUCH_MS = 60_000

export class ApiKeyService implements ApiKeyCallers {
  readonly #repository: ApiKeyRepository
  readonly #idempotency: IdempotencyService
  readonly #hasOtherWay: boolean
  readonly #onError: (error: unknown) => void
  readonly #recent = new Map<string, { keys: ApiKey[]; readAt: number }>()
  readonly #touchedAt = new Map<string, number>()
  readonly #events = new EventEmitter<{ revoked: [id: string] }>()

  /**
   * @param hasOtherWay whether somebody could administer the server without any API key
   * @param onError told of what went wrong in the background
   */
  constructor(
    repository: ApiKeyRepository,
    idempotency: IdempotencyService,
    hasOtherWay: boolean,
    onError: (error: unknown) => void,
  ) {
    this.#repository = repository
    this.#idempotency = idempotency
    this.#hasOtherWay = hasOtherWay
    this.#onError = onError
  }

  /** Makes a key. Its secret is in the answer, and nowhere else. */
  create(request: CreateApiKeyRequest, call: IdempotentCall | null): Promise<CreateApiKeyPayload> {
    return this.#idempotency.once<CreateApiKeyPayload>(call, {
      again: async ([id]) => {
        const apiKey = await this.#repository.byId(id!)
        return apiKey === null ? null : { apiKey, secret: null, userErrors: [] }
      },
      refuse: (userErrors) => ({ apiKey: null, secret: null, userErrors }),
      make: async () => {
        const userErrors = problemsOf(request)
        if (userErrors.length > 0) return { apiKey: null, secret: null, userErrors }
        return async (tx) => {
          const { secret, prefix, hash } = makeApiKey()
          const scopes = allScopes.filter((scope) => request.scopes.includes(scope))
          const row = { name: request.name.trim(), scopes, expiresAt: request.expiresAt ?? null, prefix, hash }
          const apiKey = await this.#repository.insert(row, tx)
          return { answer: { apiKey, secret, userErrors: [] }, ids: [apiKey.id] }
        }
      },
    })
  }

  /**
   * Ends a key: at once for requests of this process, within seconds for others, and within a minute for what is open.
   *
   * @throws AppError NOT_FOUND
   */
  async revoke(id: string): Promise<RevokeApiKeyPayload> {
    const apiKey = await this.#repository.alone(async (tx) => {
      const before = await this.#repository.byId(id, tx)
      if (before === null) throw notFound('API key', id)
      const isNeeded = !this.#hasOtherWay && before.scopes.includes('admin') && before.revokedAt === null
      if (isNeeded && !(await this.#repository.hasLive('admin', id, tx))) return null
      return this.#repository.revoke(id, tx)
    })
    if (apiKey === null) {
      const message = 'This is the last key with the scope "admin": nobody could make another one. Create one first.'
      return { apiKey: null, userErrors: [{ code: 'CONFLICT', field: ['id'], message }] }
    }
    this.#recent.delete(apiKey.prefix)
    this.#events.emit('revoked', id)
    return { apiKey, userErrors: [] }
  }

  list(): Promise<ApiKey[]> {
    return this.#repository.list()
  }

  async get(id: string): Promise<ApiKey> {
    const apiKey = await this.#repository.byId(id)
    if (apiKey === null) throw notFound('API key', id)
    return apiKey
  }

  async callerOf(secret: string): Promise<Caller> {
    const given = keptOf(secret)
    const key =
      given === null
        ? undefined
        : (await this.#withPrefix(given.prefix)).find(({ hash }) => isSameHash(hash, given.hash))
    if (key === undefined) throw new AppError('UNAUTHENTICATED', 'There is no such API key. Check that it is whole.')
    const named = `The API key "${key.name}" (${key.prefix}…)`
    if (key.revokedAt !== null) {
      throw new AppError('UNAUTHENTICATED', `${named} was revoked at ${key.revokedAt.toISOString()}.`)
    }
    if (key.expiresAt !== null && key.expiresAt <= new Date()) {
      throw new AppError('UNAUTHENTICATED', `${named} expired at ${key.expiresAt.toISOString()}.`)
    }
    this.#touch(key.id)
    return { kind: 'apiKey', id: key.id, name: key.name, scopes: scopesOf(key.scopes), expiresAt: key.expiresAt }
  }

  /** Those of the ids whose keys are good, read anew. */
  async liveAmong(ids: readonly string[]): Promise<Set<string>> {
    const live = await this.#repository.liveAmong(ids)
    // What was found here holds for requests at once.
    for (const [prefix, { keys }] of this.#recent)
      if (keys.some(({ id }) => ids.includes(id) && !live.has(id))) this.#recent.delete(prefix)
    return live
  }

  /** Calls back when this process has revoked a key. */
  onRevoked(callback: (id: string) => void): void {
    this.#events.on('revoked', callback)
  }

  /** Whether there is or was any key. */
  hasAny(): Promise<boolean> {
    return this.#repository.hasAny()
  }

  /** Makes the first key of a server, with all scopes. Null: there has been one before. */
  async makeFirst(): Promise<string | null> {
    const { secret, prefix, hash } = makeApiKey()
    const made = await this.#repository.insertFirst({ name: 'First key', prefix, hash, scopes: ['admin'] })
    return made === null ? null : secret
  }

  /** Makes sure that a key that the operator chose is there. Returns whether it is good: it may have been revoked. */
  async ensure(secret: string): Promise<boolean> {
    const { prefix, hash } = keptOf(secret)!
    const key = await this.#repository.insertOnce({ name: 'Bootstrap key', prefix, hash, scopes: ['admin'] })
    return key.revokedAt === null
  }

  /** Whether anybody has a good key that may do everything. */
  hasAdmin(): Promise<boolean> {
    return this.#repository.hasLive('admin')
  }

  async #withPrefix(prefix: string): Promise<ApiKey[]> {
    const now = Date.now()
    const recent = this.#recent.get(prefix)
    if (recent !== undefined && now - recent.readAt < RECENT_MS) return recent.keys
    const keys = await this.#repository.byPrefix(prefix)
    // Unknown ones are not kept: anybody may send as many as they like.
    if (keys.length === 0) return keys
    if (this.#recent.size >= MOST_RECENT) this.#recent.clear()
    this.#recent.set(prefix, { keys, readAt: now })
    return keys
  }

  #touch(id: string): void {
    const now = Date.now()
    if (now - (this.#touchedAt.get(id) ?? 0) < TOUCH_MS) return
    this.#touchedAt.set(id, now)
    this.#repository.touch(id, new Date(now - TOUCH_MS)).catch(this.#onError)
  }
}

function problemsOf({ name, scopes, expiresAt }: CreateApiKeyRequest): UserError[] {
  const problems: UserError[] = []
  const problem = (field: string, message: string) =>
    problems.push({ code: 'INVALID', field: field.split('.'), message })
  const length = name.trim().length
  if (length < 1 || length > MAX_NAME_LENGTH)
    problem('name', `A key has a name of 1 to ${MAX_NAME_LENGTH} characters, got ${length}.`)
  if (scopes.length === 0) problem('scopes', `A key needs a scope at least: ${allScopes.join(', ')}.`)
  scopes.forEach((scope, index) => {
    if (!isScope(scope)) problem(`scopes.${index}`, `There is no scope "${scope}". There are: ${allScopes.join(', ')}.`)
  })
  if (expiresAt != null && expiresAt <= new Date())
    problem('expiresAt', `A key expires in the future, got ${expiresAt.toISOString()}.`)
  return problems
}
