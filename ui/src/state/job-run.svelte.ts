import type { Job } from '@fairlift/sdk'
import { client } from '../lib/sdk.ts'

interface Work<Result> {
  result(options: { onJob: (job: Job) => void }): Promise<Result>
}

/** Work that the reader asked for, from the question to the answer. */
export class JobRun<Result> {
  phase = $state<'idle' | 'running' | 'failed' | 'cancelled'>('idle')
  job = $state.raw<Job | null>(null)
  error = $state.raw<unknown>(null)
  isCancelling = $state(false)
  #work: Work<Result> | null = null

  /** Null: it came to nothing, and the reason is in `error`. */
  async follow(work: Work<Result>): Promise<Result | null> {
    this.job = null
    this.#work = work
    return this.waitOn()
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

  /** Waits on, after the connection was lost: the work went on. */
  async waitOn(): Promise<Result | null> {
    this.phase = 'running'
    this.error = null
    this.isCancelling = false
    try {
      const result = await this.#work!.result({ onJob: (job) => (this.job = job) })
      this.phase = 'idle'
      return result
    } catch (error) {
      const isCancelled = this.job?.status === 'CANCELLED'
      this.phase = isCancelled ? 'cancelled' : 'failed'
      this.error = isCancelled ? null : error
      return null
    }
  }
}
