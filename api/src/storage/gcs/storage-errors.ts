import { AppError } from '../../errors.ts'

/** What an error of the client says: a status of HTTP, or the name of what went wrong on the way. */
function codeOf(error: unknown): unknown {
  const { code, status, cause } = (error ?? {}) as { code?: unknown; status?: unknown; cause?: unknown }
  return code ?? status ?? (cause === undefined ? undefined : codeOf(cause))
}

export function isStatus(error: unknown, status: number): boolean {
  return Number(codeOf(error)) === status
}

/** The bucket itself is missing, which the storage tells by the same status as a missing object. */
function isMissingBucket(error: unknown): boolean {
  return isStatus(error, 404) && /bucket does not exist/i.test((error as Error).message)
}

/** There is no such object. */
export function isMissing(error: unknown): boolean {
  return isStatus(error, 404) && !isMissingBucket(error)
}

/** Bytes came otherwise than they went. */
export class DamagedError extends Error {}

/** Whether the same request may end better in a moment. What is no answer at all may: the line may have broken. */
export function isTransient(error: unknown): boolean {
  if (error instanceof AppError) return false
  const status = Number(codeOf(error))
  return Number.isNaN(status) || status === 408 || status === 429 || status >= 500
}

/** Why the storage cannot be used, for the caller; the cause is for the log. Errors of ours stay what they are. */
export function unavailable(error: unknown, bucket: string): AppError {
  if (error instanceof AppError) return error
  const status = Number(codeOf(error))
  const why =
    error instanceof DamagedError
      ? 'gave or took damaged bytes'
      : isMissingBucket(error)
        ? 'has no such bucket'
        : status === 401 || status === 403
          ? 'refuses this server'
          : Number.isNaN(status)
            ? 'does not answer'
            : `answers with HTTP status ${status}`
  return new AppError('STORAGE_UNAVAILABLE', `The storage of the files ${why}. Try again later.`, {
    cause: new Error(`bucket "${bucket}": ${(error as Error)?.message ?? String(error)}`, { cause: error }),
  })
}
