import type { ExperimentStatus } from '@fairlift/sdk'
import { overviewPage, type OverviewExperiment } from '../lib/experiments-overview.ts'
import { listQuestion } from '../lib/list-address.ts'
import { watcher } from '../lib/sdk.ts'
import { Live } from './live.svelte.ts'

const PAGE_SIZE = 20
/** So many are read at once at most: the limit of the server. */
const MOST_AT_ONCE = 200
/** Changes come in bursts, such as a batch and its analysis: the list is read once for all that came meanwhile. */
const READ_AGAIN_AFTER_MS = 250

/** The list of experiments: what is looked for, and the pages read so far; it follows what happens to any of them. */
export class Dashboard {
  search = $state('')
  status = $state<ExperimentStatus | 'ALL'>('ALL')
  items = $state.raw<OverviewExperiment[]>([])
  hasMore = $state(false)
  /** Null: nothing is under way that the reader asked for. */
  loading = $state<'first' | 'more' | null>('first')
  error = $state.raw<unknown>(null)
  readonly live = new Live()
  #endCursor: string | null = null
  #request = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined

  get isFiltered(): boolean {
    return this.search.trim() !== '' || this.status !== 'ALL'
  }

  /** Takes over what an address asks for. */
  take(url: URL): void {
    const { search, status } = listQuestion(url)
    this.search = search
    this.status = status
  }

  /** Follows all experiments until `leave()`. */
  follow(): void {
    let isFirst = true
    void this.live.follow(
      (signal) => watcher.watchExperiments({ signal }),
      () => {
        // The page reads the list itself when it opens, which may have been in vain.
        if (!isFirst || this.error !== null) this.#readSoon()
        isFirst = false
      },
    )
  }

  /** Reads the list from its beginning. A question that has been overtaken is dropped. */
  async load(): Promise<void> {
    await this.#read('first')
  }

  async loadMore(): Promise<void> {
    await this.#read('more')
  }

  leave(): void {
    this.live.leave()
    this.#request.abort()
    clearTimeout(this.#timer)
  }

  #readSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      // What the reader asked for comes first, and is as new.
      if (this.loading === null) void this.#read('again')
      else this.#readSoon()
    }, READ_AGAIN_AFTER_MS)
  }

  async #read(what: 'first' | 'more' | 'again'): Promise<void> {
    this.#request.abort()
    this.#request = new AbortController()
    const { signal } = this.#request
    if (what !== 'again') this.loading = what
    const search = this.search.trim()
    const filter = { ...(search && { search }), ...(this.status !== 'ALL' && { status: [this.status] }) }
    // As many as are shown, so that no row goes away beneath the reader.
    const size = what === 'again' ? Math.min(MOST_AT_ONCE, Math.max(PAGE_SIZE, this.items.length)) : PAGE_SIZE
    try {
      const page = await overviewPage(filter, what === 'more' ? this.#endCursor : null, size, signal)
      if (signal.aborted) return
      this.items = what === 'more' ? [...this.items, ...page.items] : page.items
      this.#endCursor = page.endCursor
      this.hasMore = page.hasNextPage
      this.error = null
    } catch (error) {
      if (signal.aborted) return
      // That the server is away is told above the list, which stays.
      if (what !== 'again') this.error = error
    }
    this.loading = null
  }
}
