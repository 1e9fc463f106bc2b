import type { Event, EventPage } from '@fairlift/sdk'
import { client } from '../lib/sdk.ts'

const PAGE_SIZE = 20

/** Events of an experiment that are looked for, read page by page. */
export class EventSearch {
  userId = $state('')
  type = $state('')
  items = $state.raw<Event[]>([])
  /** The last page that was read: how much there is to look at. Null before the first one. */
  page = $state.raw<EventPage | null>(null)
  isLoading = $state(false)
  error = $state.raw<unknown>(null)
  readonly #experimentId: string
  #call = 0

  constructor(experimentId: string) {
    this.#experimentId = experimentId
  }

  /** Whether the reader has read on: reading anew would take that away. */
  get hasSeveralPages(): boolean {
    return this.items.length > PAGE_SIZE
  }

  /** Looks anew, by what is written in the fields. */
  search(): Promise<void> {
    return this.#read(null)
  }

  loadMore(): Promise<void> {
    return this.#read(this.page?.endCursor ?? null)
  }

  async #read(after: string | null): Promise<void> {
    const call = ++this.#call
    this.isLoading = true
    try {
      const which = { userId: this.userId.trim() || undefined, type: this.type.trim() || undefined }
      const page = await client.events({ experimentId: this.#experimentId, ...which }).page({ first: PAGE_SIZE, after })
      // By now something else may be looked for.
      if (call !== this.#call) return
      this.items = after === null ? page.items : [...this.items, ...page.items]
      this.page = page
      this.error = null
    } catch (error) {
      if (call === this.#call) this.error = error
    }
    if (call === this.#call) this.isLoading = false
  }
}
