import type { Batch, Job, UserError } from './types.ts'

/** The codes of errors that the server tells of, in requests and in failed jobs. */
export const serverErrorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'AUTH_UNAVAILABLE',
  'RATE_LIMITED',
  'QUEUE_FULL',
  'BAD_INPUT',
  'NOT_FOUND',
  'QUERY_TOO_DEEP',
  'QUERY_TOO_LONG',
  'QUERY_TOO_MANY_ALIASES',
  'QUERY_TOO_MANY_DIRECTIVES',
  'QUERY_TOO_COSTLY',
  'CONFLICT',
  'UPLOAD_TOO_LARGE',
  'UPLOAD_ABORTED',
  'FILE_REJECTED',
  'BATCH_QUARANTINED',
  'NO_DATA',
  'TOO_MANY_SEGMENTS',
  'FEATURES_REJECTED',
  'MODEL_NOT_COMPUTABLE',
  'COMPUTE_FAILED',
  'COMPUTE_OUT_OF_MEMORY',
  'COMPUTE_TIMED_OUT',
  'STORAGE_UNAVAILABLE',
  'CANCELLED',
  'SHUTTING_DOWN',
  'INTERNAL',
] as const

/** A code of `serverErrorCodes`. */
export type ServerErrorCode = (typeof serverErrorCodes)[number]

/**
 * The codes of errors that arise on this side: the mistakes that a payload lists (`USER_ERROR`), a server that cannot be
 * reached or does not answer as it should (`NETWORK`), a client that was closed (`CLOSED`), and a platform without
 * WebSocket (`NO_WEBSOCKET`).
 */
export type ClientErrorCode = 'USER_ERROR' | 'NETWORK' | 'CLOSED' | 'NO_WEBSOCKET'

/** Any code: those known here, and those that GraphQL itself or a newer server may send. */
export type ErrorCode = ServerErrorCode | ClientErrorCode | (string & {})

export interface FairliftErrorOptions {
  requestId?: string | null
  details?: Record<string, unknown>
  cause?: unknown
}

/**
 * Something went wrong, told by the server or found here. All errors of this package are instances of it, except that
 * what is aborted rejects with the reason of its signal.
 *
 * @example
 * try {
 *   await client.experiment({ key: 'checkout' })
 * } catch (error) {
 *   if (error instanceof FairliftError && error.code === 'NOT_FOUND') return null
 *   throw error
 * }
 */
export class FairliftError extends Error {
  override name = 'FairliftError'
  /** What kind of error it is: the part that programs decide by. */
  readonly code: ErrorCode
  /** Names the request in the server's log. Null when the server did not answer, and for failed jobs. */
  readonly requestId: string | null
  /** What else the server tells, such as `limitBytes` of UPLOAD_TOO_LARGE. */
  readonly details: Record<string, unknown>

  constructor(code: ErrorCode, message: string, { requestId = null, details = {}, cause }: FairliftErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.requestId = requestId
    this.details = details
  }
}

/** The input has mistakes that the caller can mend: each names the field and what to do. Nothing was changed. */
export class FairliftUserError extends FairliftError {
  override name = 'FairliftUserError'
  /** The mistakes; at least one. */
  readonly userErrors: readonly UserError[]

  constructor(userErrors: readonly UserError[]) {
    const listed = userErrors.map(({ field, message }) => (field.length ? `${field.join('.')}: ${message}` : message))
    super('USER_ERROR', listed.join('\n'))
    this.userErrors = userErrors
  }
}

/** The server could not be reached, the connection broke, or what answered is no Fairlift server. */
export class FairliftNetworkError extends FairliftError {
  override name = 'FairliftNetworkError'
  /** Status of the HTTP answer. Null when there was none. */
  readonly status: number | null

  constructor(message: string, { status = null, ...options }: FairliftErrorOptions & { status?: number | null } = {}) {
    super('NETWORK', message, options)
    this.status = status
  }

  /** Whether another attempt may end better. */
  get isTransient(): boolean {
    return this.status === null || this.status === 502 || this.status === 503 || this.status === 504
  }
}

/** A job ended without success: it failed, or it was cancelled (`code` CANCELLED). */
export class FairliftJobError extends FairliftError {
  override name = 'FairliftJobError'
  /** The job as it ended. */
  readonly job: Job

  constructor(job: Job) {
    const code = job.status === 'CANCELLED' ? 'CANCELLED' : (job.error?.code ?? 'INTERNAL')
    super(code, job.error?.message ?? `The job ${job.id} is ${job.status}.`, { details: { jobId: job.id } })
    this.job = job
  }
}

/**
 * Nothing of a file was taken over: it cannot be read (`code` FILE_REJECTED), or too many of its rows are bad
 * (BATCH_QUARANTINED). The batch tells the reason and the counts, `client.batchErrors()` the rows.
 */
export class FairliftBatchError extends FairliftError {
  override name = 'FairliftBatchError'
  /** The batch as it ended. */
  readonly batch: Batch
  /** The job that read it. Null when it is gone from the records. */
  readonly job: Job | null

  constructor(batch: Batch, job: Job | null) {
    const code = batch.status === 'QUARANTINED' ? 'BATCH_QUARANTINED' : 'FILE_REJECTED'
    super(code, batch.error?.message ?? `The batch ${batch.id} is ${batch.status}.`, {
      details: { batchId: batch.id, reason: batch.error?.code },
    })
    this.batch = batch
    this.job = job
  }
}

/**
 * The server does not let the caller do it: it does not know who that is (`code` UNAUTHENTICATED), the credentials lack a
 * scope (FORBIDDEN), or they cannot be checked now (AUTH_UNAVAILABLE).
 */
export class FairliftAccessError extends FairliftError {
  override name = 'FairliftAccessError'

  /** The scopes of which one would do. Empty but for FORBIDDEN. */
  get neededScopes(): readonly string[] {
    const { scopes } = this.details
    return Array.isArray(scopes) ? (scopes as string[]) : []
  }
}

/**
 * Enough for now: the caller has sent too much in a minute (`code` RATE_LIMITED), or as many jobs of an experiment wait as
 * may (QUEUE_FULL). Nothing was done.
 */
export class FairliftLimitError extends FairliftError {
  override name = 'FairliftLimitError'

  /** How many there may be. */
  get limit(): number {
    return Number(this.details.limit)
  }

  /** After how many seconds there is room again. Null: when some of the jobs are done. */
  get retryAfterSeconds(): number | null {
    const { retryAfterSeconds } = this.details
    return typeof retryAfterSeconds === 'number' ? retryAfterSeconds : null
  }
}

/** An error as GraphQL answers carry it. */
export interface GraphQLErrorShape {
  message: string
  path?: readonly (string | number)[]
  extensions?: Record<string, unknown>
}

const accessCodes: readonly unknown[] = ['UNAUTHENTICATED', 'FORBIDDEN', 'AUTH_UNAVAILABLE']
const limitCodes: readonly unknown[] = ['RATE_LIMITED', 'QUEUE_FULL']

/** The first of an answer's errors: the others follow from it or stand beside it. */
export function errorOfAnswer(errors: readonly GraphQLErrorShape[], requestId: string | null = null): FairliftError {
  const { message = 'The server told of an error without saying which.', extensions = {} } = errors[0] ?? {}
  const { code, requestId: ownRequestId, ...details } = extensions
  const options = { requestId: typeof ownRequestId === 'string' ? ownRequestId : requestId, details }
  const Kind = accessCodes.includes(code)
    ? FairliftAccessError
    : limitCodes.includes(code)
      ? FairliftLimitError
      : FairliftError
  return new Kind(typeof code === 'string' ? code : 'INTERNAL', message, options)
}

/** Whether an error only takes out a part of an answer that the caller may not see. */
export function isMissingPart({ path = [], extensions }: GraphQLErrorShape): boolean {
  return extensions?.code === 'FORBIDDEN' && path.length > 1
}
