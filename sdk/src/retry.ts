/** How often, and after which pauses, something is tried again. */
export interface RetryPolicy {
  /** How often a call is tried again after its first attempt failed; 0 never. Default 3. */
  attempts: number
  /** How often a lost WebSocket is opened again before those who wait on it are told. Default 20. */
  reconnects: number
  /** Longest pause before the first retry, in milliseconds; it doubles with each one. Default 250. */
  baseDelayMs: number
  /** Longest pause of all, in milliseconds. Default 10,000. */
  maxDelayMs: number
}

export const defaultRetryPolicy: RetryPolicy = { attempts: 3, reconnects: 20, baseDelayMs: 250, maxDelayMs: 10_000 }

/**
 * The pause before a retry, in milliseconds: twice as long each time, and never the same, so that many clients that
 * failed together do not come back together.
 *
 * @param retry 0 for the first retry
 */
export function backoffMs(
  retry: number,
  { baseDelayMs, maxDelayMs }: Pick<RetryPolicy, 'baseDelayMs' | 'maxDelayMs'>,
  random: () => number = Math.random,
): number {
  const longest = Math.min(maxDelayMs, baseDelayMs * 2 ** retry)
  return longest * (0.5 + random() / 2)
}

/** Waits. Rejects with the signal's reason as soon as it is aborted. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal!.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/**
 * Tries until it succeeds, the error is not worth another attempt, or the attempts are used up; rejects with the error
 * of the last attempt.
 *
 * @param askedPauseMs how long the error asks to wait; null: it does not. One that asks for more than the longest pause
 *   of all is not waited for.
 */
export async function withRetries<Result>(
  attempt: () => Promise<Result>,
  isTransient: (error: unknown) => boolean,
  policy: Pick<RetryPolicy, 'attempts' | 'baseDelayMs' | 'maxDelayMs'>,
  signal?: AbortSignal,
  askedPauseMs: (error: unknown) => number | null = () => null,
): Promise<Result> {
  for (let retry = 0; ; retry++) {
    try {
      return await attempt()
    } catch (error) {
      const asked = askedPauseMs(error) ?? 0
      if (retry >= policy.attempts || asked > policy.maxDelayMs || !isTransient(error)) throw error
      await delay(Math.max(asked, backoffMs(retry, policy)), signal)
    }
  }
}
