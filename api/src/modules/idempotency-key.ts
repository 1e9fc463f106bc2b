import type { UserError } from '../errors.ts'

const MAX_LENGTH = 200

/** What is wrong with a caller's idempotency key. */
export function idempotencyKeyProblems(key: string | null | undefined): UserError[] {
  if (key == null || (key.length > 0 && key.length <= MAX_LENGTH)) return []
  const message = `An idempotency key has 1 to ${MAX_LENGTH} characters, got ${key.length}.`
  return [{ code: 'INVALID', field: ['idempotencyKey'], message }]
}
