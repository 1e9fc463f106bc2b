/** The first time comes soon, so that a process that is started often does it too. */
const FIRST_DELAY_MS = 60_000

/**
 * Does some work again and again, one time after the other. Returns how to end it: what is under way is waited for.
 *
 * @param work gets a signal that tells it to stop early
 */
export function repeat(
  intervalMs: number,
  work: (signal: AbortSignal) => Promise<void>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  const stopping = new AbortController()
  let running = Promise.resolve()
  let timer: NodeJS.Timeout
  const wait = (delayMs: number): void => {
    timer = setTimeout(() => {
      running = work(stopping.signal)
        .catch(onError)
        .then(() => {
          if (!stopping.signal.aborted) wait(intervalMs)
        })
    }, delayMs)
    timer.unref()
  }
  wait(Math.min(FIRST_DELAY_MS, intervalMs))
  return async () => {
    stopping.abort()
    clearTimeout(timer)
    await running
  }
}
