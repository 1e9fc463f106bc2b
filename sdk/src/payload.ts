import { FairliftError, FairliftUserError } from './errors.ts'
import type { UserError } from './types.ts'

/** A mutation's payload, unless it lists mistakes of the input: those are thrown as FairliftUserError. */
export function accepted<Payload extends { userErrors: UserError[] }>(payload: Payload): Payload {
  if (payload.userErrors.length > 0) throw new FairliftUserError(payload.userErrors)
  return payload
}

/** What the schema lets be null only beside an error, and errors were thrown by then. */
export function required<Value>(value: Value | null): Value {
  if (value === null) throw new FairliftError('INTERNAL', 'The server answered with nothing and told of no error.')
  return value
}
