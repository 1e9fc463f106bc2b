import { isNotFound } from '../lib/explain-error.ts'
import { session } from './session.svelte.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000

/** Follows what happens on the server: it is handed on, and a lost connection is told of and opened again. */
export class Live {
  /** `lost`: what is shown may be behind. */
  state = $state<'connecting' | 'live' | 'lost'>('connecting')
  readonly #end = new AbortController()
  #wake = (): void => undefined

  /** Ends when `leave()` is called, or what is watched is gone. */
  async follow<Update>(
    watch: (signal: AbortSignal) => AsyncIterable<Update>,
    onUpdate: (update: Update) => void,
  ): Promise<void> {
    const { signal } = this.#end
    const wakeUp = (): void => this.#wake()
    addEventListener('online', wakeUp, { signal })
    let pauseMs = FIRST_PAUSE_MS
    while (!signal.aborted) {
      try {
        for await (const update of watch(signal)) {
          this.state = 'live'
          pauseMs = FIRST_PAUSE_MS
          onUpdate(update)
        }
      } catch (error) {
        if (signal.aborted || isNotFound(error)) return
        session.notice(error)
        this.state = 'lost'
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        setTimeout(resolve, pauseMs)
      })
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
    }
  }

  /** Tries at once in place of waiting on. */
  retry(): void {
    this.#wake()
  }

  leave(): void {
    this.#end.abort(new Error('The page was left.'))
    this.#wake()
  }
}
