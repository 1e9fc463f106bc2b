import { VerificationDocument, VerifyAnalysisDocument } from './_generated/graphql.ts'
import { FairliftJobError } from './errors.ts'
import { newIdempotencyKey } from './idempotency-key.ts'
import { accepted, required } from './payload.ts'
import { PlanningCalls } from './planning-calls.ts'
import type { ResultOptions } from './started-work.ts'
import type { Job, Verification, VerificationSource } from './types.ts'

/** The calls that compute an answer once more. */
export abstract class VerificationCalls extends PlanningCalls {
  abstract waitForJob(id: string, options?: ResultOptions): Promise<Job>

  /**
   * Computes an analysis again, to see whether what is stored is what was computed: from the sums that were kept with it,
   * byte for byte, or from the data, within rounding. Throws FairliftError NOT_FOUND; FairliftJobError when reading the
   * data fails.
   *
   * @example
   * const { outcome, differences } = await client.verifyAnalysis(analysis.id)
   */
  async verifyAnalysis(
    id: string,
    {
      source = 'AGGREGATES',
      idempotencyKey = newIdempotencyKey(),
      ...options
    }: ResultOptions & { source?: VerificationSource; idempotencyKey?: string } = {},
  ): Promise<Verification> {
    const { signal } = options
    // Verifying changes nothing: it may be asked for twice.
    const request = { signal, idempotent: true }
    const variables = { id, source, idempotencyKey }
    const { verifyAnalysis } = await this.request(VerifyAnalysisDocument, variables, request)
    accepted(verifyAnalysis)
    if (verifyAnalysis.verification != null) return verifyAnalysis.verification
    const ended = await this.waitForJob(required(verifyAnalysis.job).id, options)
    if (ended.status !== 'SUCCEEDED') throw new FairliftJobError(ended)
    const { job } = await this.request(VerificationDocument, { jobId: ended.id }, { signal })
    return required(required(job).verification)
  }
}
