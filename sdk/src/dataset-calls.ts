import {
  CompactDatasetDocument,
  DatasetVersionsDocument,
  EraseUserDocument,
  ErasuresDocument,
} from './_generated/graphql.ts'
import { newIdempotencyKey, withKey } from './idempotency-key.ts'
import { PagedList, pageOf, type ListOptions } from './paginate.ts'
import { accepted, required } from './payload.ts'
import { ReportCalls } from './report-calls.ts'
import type { CallOptions } from './transport.ts'
import type * as types from './types.ts'

/** The calls of the client that look after an experiment's data. */
export abstract class DatasetCalls extends ReportCalls {
  /** The versions of an experiment's data, newest first. Throws FairliftError NOT_FOUND when it is read. */
  datasetVersions(experimentId: string, options?: ListOptions): PagedList<types.ListedDatasetVersion> {
    return new PagedList(async (page, signal) => {
      const variables = { experimentId, ...page }
      const { experiment } = await this.request(DatasetVersionsDocument, variables, { signal })
      return pageOf(required(experiment).datasetVersions)
    }, options)
  }

  /**
   * Erases a user from an experiment, or from all: from every version of the data, with every uploaded file that held
   * them. Resolves to the jobs that do it. Throws FairliftUserError; FairliftError NOT_FOUND.
   */
  async eraseUser(input: types.EraseUserInput, options?: CallOptions): Promise<types.Job[]> {
    const variables = { input: withKey(input) }
    const { eraseUser } = await this.request(EraseUserDocument, variables, { ...options, idempotent: true })
    return accepted(eraseUser).jobs
  }

  /** Merges the small files that small batches leave; no event changes. Resolves to the job. Throws FairliftError NOT_FOUND. */
  async compactDataset(
    experimentId: string,
    { idempotencyKey = newIdempotencyKey(), ...options }: CallOptions & { idempotencyKey?: string } = {},
  ): Promise<types.Job> {
    const variables = { experimentId, idempotencyKey }
    const { compactDataset } = await this.request(CompactDatasetDocument, variables, { ...options, idempotent: true })
    return required(accepted(compactDataset).job)
  }

  /** The users that were erased from an experiment, newest first: that it was done, not who it was. */
  erasures(experimentId: string, options?: ListOptions): PagedList<types.Erasure> {
    return new PagedList(async (page, signal) => {
      const { experiment } = await this.request(ErasuresDocument, { experimentId, ...page }, { signal })
      return pageOf(required(experiment).erasures)
    }, options)
  }
}
