/** What `read` gives of each item, in order. The next item is read, on other threads, while one is worked on. */
export async function* readAhead<Item, Read>(
  items: readonly Item[],
  read: (item: Item) => Promise<Read>,
): AsyncGenerator<Read> {
  let next = items.length === 0 ? null : read(items[0]!)
  for (let index = 0; next !== null; index++) {
    const current: Read = await next
    next = index + 1 < items.length ? read(items[index + 1]!) : null
    // A failure while this one is worked on is told when it is its turn.
    next?.catch(() => undefined)
    yield current
  }
}
