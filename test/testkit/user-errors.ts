import { FairliftUserError } from '@fairlift/sdk'
import { expect } from 'vitest'

/** What a call must be refused with. */
export interface Refusal {
  field: string
  code?: 'INVALID' | 'NOT_FOUND' | 'TAKEN' | 'CONFLICT'
  says: string | RegExp
}

/** Fails unless a call is refused with a mistake of the field that the refusal names. */
export async function expectUserError(
  call: PromiseLike<unknown>,
  { field, code = 'INVALID', says }: Refusal,
): Promise<void> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(FairliftUserError)
  const { userErrors } = error as FairliftUserError
  expect(userErrors.map((one) => [one.code, one.field.join('.')])).toContainEqual([code, field])
  expect(userErrors.find((one) => one.field.join('.') === field)?.message).toMatch(says)
}
