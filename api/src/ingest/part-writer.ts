import { Thread } from '../engine/thread.ts'
import type { BlockColumns } from './block-columns.ts'
import type { EventBlock } from './event-block.ts'
import { writeBlock, writeBytes } from './write-block.ts'
import type { WrittenPart } from './write-part.ts'

/** What goes to the thread, and what comes back. */
export interface WriteRequest {
  columns: BlockColumns
  events: Int32Array
  path: string
  scratch: Uint8Array
}
export type WriteAnswer = { part: WrittenPart } | { error: unknown }

/**
 * Writes blocks of events as parts, on a thread of its own where there is more than one to write: sorting and copying the
 * events of a chunk takes as long as finding them in the text of the next one.
 */
export class PartWriter {
  readonly #thread: Thread | null
  #pending: Promise<unknown> = Promise.resolve()

  /** @param ownThread whether to start a thread; it takes a tenth of a second and some memory */
  constructor(ownThread: boolean) {
    this.#thread = ownThread ? new Thread('./part-writer-thread', import.meta.url) : null
  }

  /**
   * Writes some events of a block. One part at a time; the block must not change before it is written.
   *
   * @param events indexes of events, one at least, in the order of their rows; the list is the writer's from then on
   */
  write(block: EventBlock, events: Int32Array<ArrayBuffer>, path: string): Promise<WrittenPart> {
    const thread = this.#thread
    const columns = block.columns()
    const scratch = block.scratch('PART', writeBytes(columns, events.length))
    const part =
      thread === null ? writeBlock(columns, events, path, scratch) : writeOn(thread, { columns, events, path, scratch })
    // Whoever asked is told of a failure; `close` only has to wait.
    this.#pending = part.catch(() => undefined)
    return part
  }

  /** Ends the thread when what it writes is written. */
  async close(): Promise<void> {
    await this.#pending
    await this.#thread?.end()
  }
}

async function writeOn(thread: Thread, request: WriteRequest): Promise<WrittenPart> {
  const answer = (await thread.ask(request, [request.events.buffer as ArrayBuffer])) as WriteAnswer
  if ('error' in answer) throw answer.error
  return answer.part
}
