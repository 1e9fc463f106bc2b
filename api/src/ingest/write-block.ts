import { keysOfColumns, type BlockColumns } from './block-columns.ts'
import { frameOfBlock } from './block-frame.ts'
import { MOST_CODES } from './event-block.ts'
import { inRuns } from './in-runs.ts'
import { sortEvents } from './sort-events.ts'
import { writeSorted, type WrittenPart } from './write-part.ts'

/**
 * Writes some events of a block as a part. When it returns a promise, the block is free for the next chunk: the events
 * are copied in their order first.
 *
 * @param events indexes of events, one at least, in the order of their rows; they are sorted
 */
export function writeBlock(block: BlockColumns, events: Int32Array, path: string): Promise<WrittenPart> {
  const order = sortEvents(events, block)
  const facts = { minMicros: Infinity, maxMicros: -Infinity, hasType: new Uint8Array(MOST_CODES) }
  inRuns(order.length, (from, to) => noteFacts(facts, block, order, from, to))
  const { minMicros, maxMicros, hasType } = facts
  const unitOf = (event: number): bigint =>
    (BigInt(block.unitHigh[event]!) << 32n) | BigInt(block.unitLow[event]! >>> 0)
  return writeSorted(frameOfBlock(block, order), path, {
    keys: keysOfColumns(block, order),
    minMicros,
    maxMicros,
    minUnit: unitOf(order[0]!),
    maxUnit: unitOf(order.at(-1)!),
    eventTypes: block.eventType.texts.filter((_, code) => hasType[code] === 1).sort(),
  })
}

interface Facts {
  minMicros: number
  maxMicros: number
  /** Whether some event has the type of a number. */
  hasType: Uint8Array
}

function noteFacts(facts: Facts, { time, eventType }: BlockColumns, order: Int32Array, from: number, to: number): void {
  let { minMicros, maxMicros } = facts
  for (let i = from; i < to; i++) {
    const event = order[i]!
    const micros = time[event]!
    if (micros < minMicros) minMicros = micros
    if (micros > maxMicros) maxMicros = micros
    facts.hasType[eventType.codes[event]!] = 1
  }
  facts.minMicros = minMicros
  facts.maxMicros = maxMicros
}
