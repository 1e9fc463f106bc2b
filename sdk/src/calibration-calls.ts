import { CalibrateExperimentDocument, CalibrationDocument, CalibrationsDocument } from './_generated/graphql.ts'
import { FairliftJobError } from './errors.ts'
import { withKey } from './idempotency-key.ts'
import { PagedList, pageOf, type ListOptions } from './paginate.ts'
import { accepted, required } from './payload.ts'
import { StartedWork } from './started-work.ts'
import type { CallOptions } from './transport.ts'
import type * as types from './types.ts'
import { VerificationCalls } from './verification-calls.ts'

/** A calibration that was asked for: resolves to its job at once; `result()` waits for the answer. */
export type CalibrationRun = StartedWork<{ job: types.Job }, types.Job, types.Calibration>

/** The calls of the client that check methods on an experiment's own users. */
export abstract class CalibrationCalls extends VerificationCalls {
  /**
   * Checks on the experiment's own users whether the methods of an analysis can be trusted. Resolves to the job;
   * `result()` waits for the calibration.
   *
   * Throws FairliftUserError; FairliftError NOT_FOUND, NO_DATA. `result()` throws FairliftJobError.
   *
   * @example
   * const { results } = await client.calibrateExperiment({ analysis: { experimentId } }).result()
   * for (const { metric, verdict, summary } of results) console.log(metric.name, verdict, summary)
   */
  calibrateExperiment(input: types.CalibrateExperimentInput, options?: CallOptions): CalibrationRun {
    const answer = this.request(
      CalibrateExperimentDocument,
      { input: withKey(input) },
      { ...options, idempotent: true },
    )
    return new StartedWork(
      answer.then(({ calibrateExperiment }) => ({ job: required(accepted(calibrateExperiment).job) })),
      ({ job }) => job,
      async ({ job }, resultOptions) => {
        const ended = await this.waitForJob(job.id, resultOptions)
        if (ended.status !== 'SUCCEEDED') throw new FairliftJobError(ended)
        return this.calibration(required(ended.calibration).id, resultOptions)
      },
    )
  }

  /** One calibration. Throws FairliftError NOT_FOUND. */
  async calibration(id: string, options?: CallOptions): Promise<types.Calibration> {
    return required((await this.request(CalibrationDocument, { id }, options)).calibration)
  }

  /** The calibrations of an experiment, newest first. Throws FairliftError NOT_FOUND when it is read. */
  calibrations(experimentId: string, options?: ListOptions): PagedList<types.Calibration> {
    return new PagedList(async (page, signal) => {
      const { experiment } = await this.request(CalibrationsDocument, { experimentId, ...page }, { signal })
      return pageOf(required(experiment).calibrations)
    }, options)
  }
}
