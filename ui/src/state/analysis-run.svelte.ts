import type { Analysis, AnalysisRun as Run, Job, RunAnalysisInput } from '@fairlift/sdk'
import { client } from '../lib/sdk.ts'

/** An analysis that the reader asked for, from the question to the answer. */
export class AnalysisRun {
  phase = $state<'idle' | 'running' | 'failed' | 'cancelled'>('idle')
  job = $state.raw<Job | null>(null)
  error = $state.raw<unknown>(null)
  isCancelling = $state(false)
  #run: Run | null = null

  /** Null: it came to nothing, and the reason is in `error`. */
  async start(input: RunAnalysisInput): Promise<Analysis | null> {
    this.job = null
    this.#run = client.runAnalysis(input)
    return this.#wait()
  }

  /** Waits on, after the connection was lost: the work went on. */
  async waitOn(): Promise<Analysis | null> {
    return this.#wait()
  }

  get canWaitOn(): boolean {
    return this.phase === 'failed' && this.job !== null && !['FAILED', 'CANCELLED'].includes(this.job.status)
  }

  async cancel(): Promise<void> {
    if (this.job === null) return
    this.isCancelling = true
    try {
      await client.cancelJob(this.job.id)
    } catch (error) {
      this.error = error
      this.isCancelling = false
    }
  }

  async #wait(): Promise<Analysis | null> {
    this.phase = 'running'
    this.error = null
    this.isCancelling = false
    try {
      const analysis = await this.#run!.result({ onJob: (job) => (this.job = job) })
      this.phase = 'idle'
      return analysis
    } catch (error) {
      const isCancelled = this.job?.status === 'CANCELLED'
      this.phase = isCancelled ? 'cancelled' : 'failed'
      this.error = isCancelled ? null : error
      return null
    }
  }
}
