import type { Verification, VerificationSource } from '@fairlift/sdk'
import { client } from '../lib/sdk.ts'

/** Whether a stored analysis still comes out the same, asked for by the reader. */
export class AnalysisCheck {
  running = $state<VerificationSource | null>(null)
  found = $state.raw<Verification | null>(null)
  error = $state.raw<unknown>(null)
  readonly #id: string

  constructor(id: string) {
    this.#id = id
  }

  async run(source: VerificationSource): Promise<void> {
    this.running = source
    this.found = null
    this.error = null
    try {
      this.found = await client.verifyAnalysis(this.#id, { source })
    } catch (error) {
      this.error = error
    }
    this.running = null
  }
}
