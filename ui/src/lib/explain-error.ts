import { FairliftError, FairliftUserError } from '@fairlift/sdk'

export interface Explanation {
  /** What happened, in a few words. */
  title: string
  /** What the server, or the browser, says about it. */
  message: string
  /** What to do. Null when the message says it. */
  action: string | null
  /** Names the request in the server's log. */
  requestId: string | null
}

const byCode: Record<string, { title: string; action: string | null }> = {
  NETWORK: {
    title: 'Fairlift’s server does not answer',
    action: 'Check your connection and that the server is running, then try again. Nothing was lost.',
  },
  UNAUTHENTICATED: { title: 'The server does not know who you are', action: 'Sign in with an API key.' },
  FORBIDDEN: {
    title: 'Your key does not allow this',
    action: 'Sign in with a key that has the scope, or ask who administers Fairlift for one.',
  },
  AUTH_UNAVAILABLE: { title: 'The server cannot check who you are at the moment', action: 'Try again in a moment.' },
  RATE_LIMITED: { title: 'Too many requests for now', action: 'Wait as long as it says, then try again.' },
  QUEUE_FULL: { title: 'Too many jobs of this experiment wait', action: 'Wait until some of them are done.' },
  NOT_FOUND: { title: 'This is not there', action: 'Check the address, or choose from the list of experiments.' },
  UPLOAD_TOO_LARGE: {
    title: 'The file is too large',
    action: 'Split it, or pack it with gzip or zstd, and send the parts one after the other.',
  },
  FILE_REJECTED: { title: 'The file cannot be read', action: null },
  BATCH_QUARANTINED: { title: 'The file was held back', action: null },
  NO_DATA: { title: 'There are no data yet', action: 'Upload a file of events first.' },
  TOO_MANY_SEGMENTS: {
    title: 'Too many segments',
    action: 'Choose an attribute with fewer values, such as the device.',
  },
  COMPUTE_OUT_OF_MEMORY: { title: 'The computation needed more memory than it may have', action: null },
  COMPUTE_TIMED_OUT: { title: 'The computation took longer than it may', action: null },
  CANCELLED: { title: 'Cancelled', action: null },
  SHUTTING_DOWN: { title: 'The server is being stopped', action: 'Try again in a moment.' },
  USER_ERROR: { title: 'Something in the form needs a change', action: null },
}

/** What went wrong, for people. */
export function explainError(error: unknown): Explanation {
  if (error instanceof FairliftError) {
    const known = byCode[error.code]
    const message =
      error instanceof FairliftUserError ? error.userErrors.map(({ message }) => message).join(' ') : error.message
    return {
      title: known?.title ?? 'Something went wrong',
      message,
      action: known === undefined ? 'Try again. If it stays so, tell who runs the server.' : known.action,
      requestId: error.requestId,
    }
  }
  const message = error instanceof Error ? error.message : String(error)
  return {
    title: 'Something went wrong in this page',
    message,
    action: 'Load the page again. What is on the server is safe.',
    requestId: null,
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof FairliftError && error.code === 'NOT_FOUND'
}

/** Whether the server could not be reached, so that asking again may help. */
export function isOffline(error: unknown): boolean {
  return error instanceof FairliftError && error.code === 'NETWORK'
}
