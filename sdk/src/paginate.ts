/** A piece of a list. */
export interface Page<Item> {
  items: Item[]
  /** Pass it as `after` to get the next page. Null when the page is empty. */
  endCursor: string | null
  /** Whether there are items after the last one of this page. */
  hasNextPage: boolean
}

export interface PageRequest {
  /** How many items, 1 to 200. */
  first?: number
  /** `endCursor` of the page before. */
  after?: string | null
  /** Ends the call; it rejects with the signal's reason. */
  signal?: AbortSignal
}

export interface ListOptions {
  /** How many items one request asks for, 1 to 200. Default 50. */
  pageSize?: number
  /** Ends the calls; they reject with the signal's reason. */
  signal?: AbortSignal
}

const DEFAULT_PAGE_SIZE = 50

/** A list of the server, asked for page by page. Nothing is sent before it is read. */
export class PagedList<Item, ItsPage extends Page<Item> = Page<Item>> implements AsyncIterable<Item> {
  readonly #load: (request: Required<Pick<PageRequest, 'first' | 'after'>>, signal?: AbortSignal) => Promise<ItsPage>
  readonly #options: ListOptions

  constructor(
    load: (request: Required<Pick<PageRequest, 'first' | 'after'>>, signal?: AbortSignal) => Promise<ItsPage>,
    options: ListOptions = {},
  ) {
    this.#load = load
    this.#options = options
  }

  /**
   * One page; the first unless `after` says otherwise.
   *
   * @example
   * const { items, endCursor } = await client.experiments().page({ first: 20 })
   */
  page({ first, after = null, signal }: PageRequest = {}): Promise<ItsPage> {
    return this.#load(
      { first: first ?? this.#options.pageSize ?? DEFAULT_PAGE_SIZE, after },
      signal ?? this.#options.signal,
    )
  }

  /** Every item from the beginning; the next page is asked for when it is reached. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    let after: string | null = null
    do {
      const page: Page<Item> = await this.page({ after })
      yield* page.items
      after = page.hasNextPage ? page.endCursor : null
    } while (after !== null)
  }
}

/** A page as connections of the schema hold it. */
export function pageOf<Item>(connection: {
  nodes: Item[]
  pageInfo: { endCursor: string | null; hasNextPage: boolean }
}): Page<Item> {
  return { items: connection.nodes, ...connection.pageInfo }
}
