import type { Analysis, RunAnalysisInput } from '@fairlift/sdk'
import { client } from '../lib/sdk.ts'
import { JobRun } from './job-run.svelte.ts'

/** An analysis that the reader asked for, from the question to the answer. */
export class AnalysisRun extends JobRun<Analysis> {
  /** Null: it came to nothing, and the reason is in `error`. */
  start(input: RunAnalysisInput): Promise<Analysis | null> {
    return this.follow(client.runAnalysis(input))
  }
}
