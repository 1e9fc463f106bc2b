import { parentPort } from 'node:worker_threads'
import type { BlockColumns } from './block-columns.ts'
import type { WriteAnswer, WriteRequest } from './part-writer.ts'
import { writeBlock } from './write-block.ts'

/** The thread of a PartWriter. */
parentPort!.on('message', ({ columns, order, path }: WriteRequest) => {
  void written(columns, order, path).then((answer: WriteAnswer) => parentPort!.postMessage(answer))
})

async function written(columns: BlockColumns, order: Int32Array, path: string): Promise<WriteAnswer> {
  try {
    return { part: await writeBlock(columns, order, path) }
  } catch (error) {
    return { error }
  }
}
