/** What stands where a user was named. */
const REMOVED = '[erased user]'

/** The user's id where it stands by itself: "u1" is not in "u12". */
function nameOf(userId: string): RegExp {
  const literal = userId.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
  return new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, 'gv')
}

export function namesUser(text: string | null | undefined, userId: string): boolean {
  return text != null && nameOf(userId).test(text)
}

/** An error that can be logged: nothing in it, nor in what caused it, says who the user is. */
export function withoutUser(error: unknown, userId: string): unknown {
  if (!(error instanceof Error)) return error
  for (const name of Object.getOwnPropertyNames(error)) {
    const value: unknown = Reflect.get(error, name)
    Reflect.defineProperty(error, name, { value: cleaned(value, userId), configurable: true, writable: true })
  }
  return error
}

function cleaned(value: unknown, userId: string): unknown {
  if (typeof value === 'string') return value.replaceAll(nameOf(userId), REMOVED)
  if (value instanceof Error) return withoutUser(value, userId)
  // Failed statements carry their values beside their text.
  if (Array.isArray(value)) return value.map((one) => cleaned(one, userId))
  return value
}
