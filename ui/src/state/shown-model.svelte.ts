import type { Model } from '@fairlift/sdk'
import { client } from '../lib/sdk.ts'

/** The model that the reader looks at. */
export class ShownModel {
  model = $state.raw<Model | null>(null)
  error = $state.raw<unknown>(null)
  #wanted: string | null = null

  /** Reads a model; null shows none. */
  async show(id: string | null): Promise<void> {
    this.#wanted = id
    this.error = null
    if (id === null || id !== this.model?.id) this.model = null
    if (id === null || this.model !== null) return
    try {
      const model = await client.model(id)
      // By now the reader may have asked for another one.
      if (this.#wanted === id) this.model = model
    } catch (error) {
      if (this.#wanted === id) this.error = error
    }
  }
}
