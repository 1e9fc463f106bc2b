import { createHash } from 'node:crypto'
import stringify from 'safe-stable-stringify'
import { type Caller, identityOf } from '../../auth/caller.ts'
import type { UserError } from '../../errors.ts'

const MAX_LENGTH = 200

/** A request that has an idempotency key: whose key it is, and what is asked. */
export interface IdempotentCall {
  owner: string
  key: string
  mutation: string
  /** SHA-256 of what is asked. */
  questionHash: string
}

/**
 * A mutation as its key tells it from others. A caller's keys are their own, over all mutations and experiments.
 *
 * @param key null: the caller gave none, and null is the answer
 * @param question all that the caller asked; what is left out is the same as null
 */
export function idempotentCall(
  caller: Caller,
  mutation: string,
  key: string | null | undefined,
  question: object,
): IdempotentCall | null {
  if (key == null) return null
  const asked = stringify({ ...question, idempotencyKey: null }, (_name, value: unknown) => value ?? undefined)!
  const questionHash = createHash('sha256').update(asked).digest('hex')
  return { owner: identityOf(caller), key, mutation, questionHash }
}

/** What is wrong with a caller's idempotency key. */
export function idempotencyKeyProblems(key: string | null | undefined): UserError[] {
  if (key == null || (key.length > 0 && key.length <= MAX_LENGTH)) return []
  const message = `An idempotency key has 1 to ${MAX_LENGTH} characters, got ${key.length}.`
  return [{ code: 'INVALID', field: ['idempotencyKey'], message }]
}

/** A call whose key is one; null where what is wrong with it is told of by who checks the input. */
export function withGoodKey(call: IdempotentCall | null): IdempotentCall | null {
  return idempotencyKeyProblems(call?.key).length > 0 ? null : call
}

/** The key was given before, for something else. */
export function keyConflict(
  { key, mutation }: IdempotentCall,
  before: { mutation: string; createdAt: Date },
): UserError {
  const same = before.mutation === mutation
  const what = same ? `another question of ${mutation}` : `the mutation ${before.mutation}`
  const message = `The idempotency key "${key}" was given at ${before.createdAt.toISOString()} for ${what}. Nothing was done: send what was asked then, or choose another key.`
  return { code: 'CONFLICT', field: ['idempotencyKey'], message }
}
