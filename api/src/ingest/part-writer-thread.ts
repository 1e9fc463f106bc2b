import { parentPort } from 'node:worker_threads'
import type { WriteAnswer, WriteRequest } from './part-writer.ts'
import { writeBlock } from './write-block.ts'

/** The thread of a PartWriter. */
parentPort!.on('message', (request: WriteRequest) => {
  void written(request).then((answer: WriteAnswer) => parentPort!.postMessage(answer))
})

async function written({ columns, events, path, scratch }: WriteRequest): Promise<WriteAnswer> {
  try {
    return { part: await writeBlock(columns, events, path, scratch) }
  } catch (error) {
    return { error }
  }
}
