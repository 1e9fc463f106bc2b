import type { Page, PageRequest } from '@fairlift/sdk'

const PAGE_SIZE = 20

/** The part of a list that was read so far, newest first; what is new is put in front as it comes. */
export class PagedItems<Item extends { id: string }> {
  items = $state.raw<Item[]>([])
  hasMore = $state(false)
  isLoading = $state(false)
  error = $state.raw<unknown>(null)
  #endCursor: string | null = null
  readonly #list: { page(request: PageRequest): Promise<Page<Item>> }

  constructor(list: { page(request: PageRequest): Promise<Page<Item>> }) {
    this.#list = list
  }

  /** Reads the first page, in place of what is there. */
  async load(): Promise<void> {
    await this.#read(null)
  }

  async loadMore(): Promise<void> {
    await this.#read(this.#endCursor)
  }

  /** Puts a changed item in its place, and a new one in front. */
  put(item: Item): void {
    const isKnown = this.items.some(({ id }) => id === item.id)
    this.items = isKnown ? this.items.map((known) => (known.id === item.id ? item : known)) : [item, ...this.items]
  }

  async #read(after: string | null): Promise<void> {
    this.isLoading = true
    try {
      const page = await this.#list.page({ first: PAGE_SIZE, after })
      this.items = after === null ? page.items : [...this.items, ...page.items]
      this.#endCursor = page.endCursor
      this.hasMore = page.hasNextPage
      this.error = null
    } catch (error) {
      this.error = error
    }
    this.isLoading = false
  }
}
