import { once } from 'node:events'
import { Worker, type Transferable } from 'node:worker_threads'

/** A thread that answers one question at a time. It does not keep the process alive while it has none. */
export class Thread {
  readonly #worker: Worker
  /** Rejects when the thread ends, however it does. */
  readonly #ended: Promise<never>
  hasEnded = false

  /** @param file the thread's module, next to `from` and without extension: it is run as it is written, or as it was built */
  constructor(file: string, from: string) {
    this.#worker = new Worker(new URL(`${file}.${from.endsWith('.ts') ? 'ts' : 'js'}`, from))
    this.#worker.unref()
    this.#ended = new Promise((_, reject) => {
      this.#worker.once('error', reject)
      this.#worker.once('exit', (code) => {
        this.hasEnded = true
        reject(new Error(`The thread ${file} ended with code ${code}.`))
      })
    })
    // Whoever waits for an answer is told; a thread that ends when nobody does is no failure.
    this.#ended.catch(() => undefined)
  }

  /**
   * @param transfer memory that is the thread's from then on
   * @throws Error when the thread ends before it has answered
   */
  async ask(question: unknown, transfer: Transferable[] = []): Promise<unknown> {
    this.#worker.ref()
    try {
      const answered = once(this.#worker, 'message')
      this.#worker.postMessage(question, transfer)
      const [answer] = (await Promise.race([answered, this.#ended])) as [unknown]
      return answer
    } finally {
      this.#worker.unref()
    }
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }
}
