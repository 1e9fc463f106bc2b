import type { ExperimentStatus } from '@fairlift/sdk'
import { overviewPage, type OverviewExperiment } from '../lib/experiments-overview.ts'

const PAGE_SIZE = 20

/** The list of experiments: what is looked for, and the pages read so far. */
export class Dashboard {
  search = $state('')
  status = $state<ExperimentStatus | 'ALL'>('ALL')
  items = $state.raw<OverviewExperiment[]>([])
  hasMore = $state(false)
  /** Null: nothing is under way. */
  loading = $state<'first' | 'more' | null>('first')
  error = $state.raw<unknown>(null)
  #endCursor: string | null = null
  #request = new AbortController()

  get isFiltered(): boolean {
    return this.search.trim() !== '' || this.status !== 'ALL'
  }

  /** Reads the list from its beginning. A question that has been overtaken is dropped. */
  async load(): Promise<void> {
    await this.#read('first')
  }

  async loadMore(): Promise<void> {
    await this.#read('more')
  }

  async #read(what: 'first' | 'more'): Promise<void> {
    this.#request.abort()
    this.#request = new AbortController()
    const { signal } = this.#request
    this.loading = what
    const search = this.search.trim()
    const filter = { ...(search && { search }), ...(this.status !== 'ALL' && { status: [this.status] }) }
    try {
      const page = await overviewPage(filter, what === 'more' ? this.#endCursor : null, PAGE_SIZE, signal)
      if (signal.aborted) return
      this.items = what === 'more' ? [...this.items, ...page.items] : page.items
      this.#endCursor = page.endCursor
      this.hasMore = page.hasNextPage
      this.error = null
    } catch (error) {
      if (signal.aborted) return
      this.error = error
    }
    this.loading = null
  }

  leave(): void {
    this.#request.abort()
  }
}
