/**
 * Every error that leaves the API, in one place: its code, and what it means for the caller. The SDK mirrors the codes
 * (a test compares the two), and docs/errors.md lists them.
 */
export const errorCatalogue = {
  UNAUTHENTICATED: 'The request has no credentials where some are asked for, or credentials that are not good.',
  FORBIDDEN: 'The caller lacks the scope that is needed; the message names it.',
  AUTH_UNAVAILABLE: 'Access tokens cannot be checked now, because the keys of their issuer cannot be fetched.',
  RATE_LIMITED: 'The caller has sent more requests in a minute than RATE_LIMIT_PER_MINUTE, or begun more work.',
  QUEUE_FULL: 'As many jobs of the experiment wait as MAX_QUEUED_JOBS_PER_EXPERIMENT allows; nothing was begun.',
  BAD_INPUT: 'An argument has a value that is not allowed; the message names it.',
  NOT_FOUND: 'There is nothing with this id or key.',
  QUERY_TOO_DEEP: 'The query nests its fields deeper than MAX_QUERY_DEPTH.',
  QUERY_TOO_LONG: 'The query has more tokens than MAX_QUERY_TOKENS.',
  QUERY_TOO_MANY_ALIASES: 'The query has more aliases than MAX_QUERY_ALIASES.',
  QUERY_TOO_MANY_DIRECTIVES: 'The query has more directives than MAX_QUERY_DIRECTIVES.',
  QUERY_TOO_COSTLY: 'The query asks for more objects, over all its pages, than MAX_QUERY_COST.',
  CONFLICT: 'The request does not fit the present state, such as a key that is taken.',
  UPLOAD_TOO_LARGE: 'The uploaded file is larger than MAX_UPLOAD_BYTES.',
  UPLOAD_ABORTED: 'The upload ended before the file was complete.',
  FILE_REJECTED: 'The file as a whole cannot be read; the details name column and value.',
  BATCH_QUARANTINED: 'Too many rows of the file are bad; nothing of it was taken over.',
  NO_DATA: 'The experiment has no data to analyse yet.',
  TOO_MANY_SEGMENTS: 'The attribute has too many values to break results down by.',
  FEATURES_REJECTED: 'A feature cannot be used as asked for, or all together split the users too finely.',
  MODEL_NOT_COMPUTABLE: 'The data do not allow the model that was asked for; the message says why and what to do.',
  COMPUTE_FAILED: 'The computation ended unexpectedly; it is tried again.',
  COMPUTE_OUT_OF_MEMORY: 'The computation needed more memory than COMPUTE_MEMORY_MB allows.',
  COMPUTE_TIMED_OUT: 'The computation took longer than COMPUTE_TIMEOUT_SECONDS allows.',
  STORAGE_UNAVAILABLE: 'The storage of the files does not answer, or refuses this server; it is tried again.',
  CANCELLED: 'The work was cancelled on request.',
  SHUTTING_DOWN: 'The server is stopping; the work is taken up again.',
  INTERNAL:
    'Something went wrong that is not the caller’s fault; the server’s log has the details under the request id.',
} as const

export type ErrorCode = keyof typeof errorCatalogue

/** An error that the caller is told of. Anything else is masked as INTERNAL. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: Record<string, unknown>

  constructor(code: ErrorCode, message: string, options: { details?: Record<string, unknown>; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.details = options.details ?? {}
  }
}

/** HTTP statuses of errors that refuse a whole request; those of what is wrong with it have 400. */
const statuses: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  AUTH_UNAVAILABLE: 503,
  RATE_LIMITED: 429,
  STORAGE_UNAVAILABLE: 503,
}

export function httpStatusOf({ code }: AppError): number {
  return statuses[code] ?? 400
}

/** What HTTP says beside such an error: how to do better, and when. */
export function httpHeadersOf({ code, details }: AppError): Record<string, string> {
  const seconds = details.retryAfterSeconds
  return {
    ...(code === 'UNAUTHENTICATED' ? { 'www-authenticate': 'Bearer realm="Fairlift"' } : {}),
    ...(typeof seconds === 'number' ? { 'retry-after': String(seconds) } : {}),
  }
}

export function notFound(what: string, id: string): AppError {
  return new AppError('NOT_FOUND', `There is no ${what} "${id}".`, { details: { id } })
}

/** A mistake in an input that the caller can mend: reported in the payload, beside the field. */
export interface UserError {
  code: string
  /** Path of the input's field, such as `variants.0.trafficSplit`. */
  field: string[]
  message: string
}
