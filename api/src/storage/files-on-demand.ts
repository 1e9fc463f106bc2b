import { ObjectExistsError, type ObjectStore } from './object-store.ts'

/** Makes files that nobody has asked for before. */
export interface FileMaker {
  /** Makes the file of a key. Returns the key under which it is then; null for a key that it does not know. */
  make(key: string): Promise<string | null>
}

/** Files that follow from what is stored: each is made when it is asked for first, once, however many ask meanwhile. */
export class FilesOnDemand {
  readonly #store: ObjectStore
  readonly #underWay = new Map<string, Promise<void>>()

  constructor(store: ObjectStore) {
    this.#store = store
  }

  /** Stores what `content` gives under the key, unless it is there or under way. */
  async ensure(key: string, content: () => Promise<AsyncIterable<Uint8Array> | Uint8Array>): Promise<void> {
    if ((await this.#store.stat(key)) !== null) return
    let work = this.#underWay.get(key)
    if (work === undefined) {
      work = this.#make(key, content).finally(() => this.#underWay.delete(key))
      this.#underWay.set(key, work)
    }
    await work
  }

  async #make(key: string, content: () => Promise<AsyncIterable<Uint8Array> | Uint8Array>): Promise<void> {
    const made = await content()
    try {
      await this.#store.put(key, made instanceof Uint8Array ? one(made) : made)
    } catch (error) {
      // Another server made it meanwhile, and made the same.
      if (!(error instanceof ObjectExistsError)) throw error
    }
  }
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
