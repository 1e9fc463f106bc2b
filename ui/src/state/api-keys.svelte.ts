import { FairliftUserError, type ApiKey, type Scope } from '@fairlift/sdk'
import { FieldErrors } from '../lib/field-errors.ts'
import { client } from '../lib/sdk.ts'

const DAY_MS = 86_400_000

/** The API keys of the server, and the one that is being made. */
export class ApiKeys {
  /** Null: not read yet. */
  items = $state.raw<ApiKey[] | null>(null)
  error = $state.raw<unknown>(null)
  name = $state('')
  scopes = $state<Scope[]>(['experiments:read'])
  /** Empty: never. */
  expiresInDays = $state('')
  isBusy = $state(false)
  errors = $state.raw(new FieldErrors([]))
  failure = $state.raw<unknown>(null)
  /** The key that was just made: its secret is here, and nowhere else. */
  made = $state.raw<{ apiKey: ApiKey; secret: string } | null>(null)

  async load(): Promise<void> {
    try {
      this.items = await client.apiKeys()
      this.error = null
    } catch (error) {
      this.error = error
    }
  }

  async create(): Promise<void> {
    this.failure = null
    this.errors = new FieldErrors([])
    this.isBusy = true
    try {
      const expiresAt = inDays(Number(this.expiresInDays))
      const { apiKey, secret } = await client.createApiKey({ name: this.name, scopes: this.scopes, expiresAt })
      this.made = { apiKey, secret: secret! }
      this.name = ''
      await this.load()
    } catch (error) {
      if (error instanceof FairliftUserError) this.errors = new FieldErrors(error.userErrors)
      else this.failure = error
    }
    this.isBusy = false
  }

  /** Ends a key for good. Where it is not, the reason is in `failure`. */
  async revoke(id: string): Promise<void> {
    this.failure = null
    this.isBusy = true
    try {
      await client.revokeApiKey(id)
      if (this.made?.apiKey.id === id) this.made = null
      await this.load()
    } catch (error) {
      this.failure = error
    }
    this.isBusy = false
  }
}

function inDays(days: number): string | null {
  return days > 0 ? new Date(Date.now() + days * DAY_MS).toISOString() : null
}
