/** What stands where a user was named. */
const REMOVED = '[erased user]'

const NOT_AFTER_A_LETTER = String.raw`(?<![\p{L}\p{N}_])`
const NOT_BEFORE_A_LETTER = String.raw`(?![\p{L}\p{N}_])`

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
}

/** The user's id where it stands by itself: "u1" is not in "u12". */
function nameOf(userId: string): RegExp {
  return new RegExp(`${NOT_AFTER_A_LETTER}${literal(userId)}${NOT_BEFORE_A_LETTER}`, 'gv')
}

/** So much of the beginning of an id may be enough to know whose it is. */
export const TELLING_LENGTH = 8
/** Where a text that was too long to be shown was cut off. */
const CUT = '…'

/** Whether a text says who the user is: with the whole id, or with as much of its beginning as was not cut off. */
export function namesUser(text: string | null | undefined, userId: string): boolean {
  return text != null && (nameOf(userId).test(text) || endsWithin(text, userId))
}

function endsWithin(text: string, userId: string): boolean {
  const beginning = new RegExp(`${NOT_AFTER_A_LETTER}${literal(userId.slice(0, TELLING_LENGTH))}`, 'gv')
  for (const { index } of text.matchAll(beginning)) {
    const cut = text.indexOf(CUT, index)
    if (cut > index && userId.startsWith(text.slice(index, cut))) return true
  }
  return false
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
