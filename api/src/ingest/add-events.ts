import { ATTRIBUTE_PREFIX, eventColumn } from '../engine/event-columns.ts'
import { int64Values, type Frame } from '../engine/polars/frame.ts'
import type { EventBlock } from './event-block.ts'
import { inRuns } from './in-runs.ts'

/** Adds events that are in a frame to a block. Returns false when the block cannot hold them. */
export function addEvents(block: EventBlock, events: Frame): boolean {
  const list = <Value>(name: string): Value[] => events.getColumn(name).toArray() as Value[]
  const rows = list<number>(eventColumn.row)
  const users = list<string>(eventColumn.userId)
  const variants = list<string | null>(eventColumn.variantId)
  const types = list<string>(eventColumn.eventType)
  const values = list<number | null>(eventColumn.value)
  const times = int64Values(events, eventColumn.time)
  const ids = list<string | null>(eventColumn.eventId)
  const attributes = block.attributes.map(({ name }) => list<string | null>(`${ATTRIBUTE_PREFIX}${name}`))
  return rows.every((row, index) =>
    block.add({
      row,
      userId: users[index]!,
      variantId: variants[index]!,
      eventType: types[index]!,
      value: values[index]!,
      micros: Number(times[index]!),
      eventId: ids[index]!,
      attributes: attributes.map((texts) => texts[index]!),
    }),
  )
}

/**
 * The events of a block in the order of their rows.
 *
 * @param scanned how many came in that order; those after them came in any
 * @param order where to put them
 */
export function setRowOrder({ row, rows }: EventBlock, scanned: number, order: Int32Array): void {
  if (scanned === rows) return setAscending(order)
  const added = Int32Array.from({ length: rows - scanned }, (_, index) => scanned + index)
  added.sort((a, b) => row[a]! - row[b]!)
  for (let to = 0, event = 0, next = 0; to < rows; to++) {
    const isAdded = event === scanned || (next < added.length && row[added[next]!]! < row[event]!)
    order[to] = isAdded ? added[next++]! : event++
  }
}

function setAscending(order: Int32Array): void {
  inRuns(order.length, (from, to) => {
    for (let i = from; i < to; i++) order[i] = i
  })
}
