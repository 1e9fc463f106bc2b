import { AppError } from '../errors.ts'

/** What PostgreSQL calls a NUL character, in a text and in JSON. */
const NUL_CODES: unknown[] = ['22021', '22P05']

/** What the parser of multipart bodies says of a part that it cannot read: its errors have neither class nor code. */
const MALFORMED_PART = 'Malformed part header'

/** What a library found wrong with what the caller sent, as an error of ours. Null where the caller is not at fault. */
export function callersMistake(error: unknown): AppError | null {
  if (!(error instanceof Error) || error instanceof AppError) return null
  if (NUL_CODES.includes(codeOf(error)) || NUL_CODES.includes(codeOf(error.cause))) {
    return new AppError('BAD_INPUT', 'A text holds a NUL character (U+0000), which cannot be stored. Remove it.', {
      cause: error,
    })
  }
  if (error.message === MALFORMED_PART) {
    const message = `The file of the upload cannot be read: ${MALFORMED_PART}. Check the file's name.`
    return new AppError('BAD_INPUT', message, { cause: error })
  }
  // The parser of multipart requests marks in this way what the caller may be told.
  if ('expose' in error && error.expose === true) return new AppError('BAD_INPUT', error.message, { cause: error })
  return null
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null
}
