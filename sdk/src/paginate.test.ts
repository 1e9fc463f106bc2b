import { describe, expect, test } from 'vitest'
import { PagedList, type ListOptions, type Page } from './paginate.ts'

/** A server's list of the numbers 1 to `count`, whose cursors are the numbers. */
function numbers(count: number, options?: ListOptions) {
  const requests: { first: number; after: string | null }[] = []
  const list = new PagedList<number>(async ({ first, after }): Promise<Page<number>> => {
    requests.push({ first, after })
    const start = Number(after ?? 0)
    const items = Array.from({ length: Math.min(first, count - start) }, (_, index) => start + index + 1)
    return { items, endCursor: items.length ? String(items.at(-1)) : null, hasNextPage: start + items.length < count }
  }, options)
  return { list, requests }
}

async function collect<Item>(list: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of list) items.push(item)
  return items
}

describe('a paged list', () => {
  test('gives every item once, in order, over all pages', async () => {
    const { list, requests } = numbers(5, { pageSize: 2 })
    expect(await collect(list)).toEqual([1, 2, 3, 4, 5])
    expect(requests).toEqual([
      { first: 2, after: null },
      { first: 2, after: '2' },
      { first: 2, after: '4' },
    ])
  })

  test('asks for no page that is not read', async () => {
    const { list, requests } = numbers(5, { pageSize: 2 })
    expect(requests).toEqual([])
    for await (const item of list) if (item === 2) break
    expect(requests).toHaveLength(1)
  })

  test('begins anew with each loop', async () => {
    const { list } = numbers(3, { pageSize: 2 })
    await collect(list)
    expect(await collect(list)).toEqual([1, 2, 3])
  })

  test('may be empty', async () => {
    expect(await collect(numbers(0).list)).toEqual([])
  })

  test('gives single pages', async () => {
    const { list } = numbers(5)
    const page = await list.page({ first: 2 })
    expect(page).toEqual({ items: [1, 2], endCursor: '2', hasNextPage: true })
    expect((await list.page({ first: 9, after: page.endCursor })).items).toEqual([3, 4, 5])
  })

  test('ends where a server promises a next page and names no cursor', async () => {
    const list = new PagedList(async () => ({ items: [1], endCursor: null, hasNextPage: true }))
    expect(await collect(list)).toEqual([1])
  })
})
