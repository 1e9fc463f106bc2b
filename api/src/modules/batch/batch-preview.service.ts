import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../errors.ts'
import { FileError } from '../../ingest/contract.ts'
import type { FilePreview } from '../../ingest/preview-file.ts'
import type { ComputePool } from '../../jobs/compute/pool.ts'
import type { WorkFolders } from '../../jobs/work-folders.ts'
import type { ExperimentService } from '../experiment/experiment.service.ts'
import type { MetricService } from '../metric/metric.service.ts'
import { experimentContext } from './experiment-context.ts'

export type { FilePreview }

/** Looks at the beginning of a file and proposes how to read it. Nothing is kept. */
export class BatchPreviewService {
  readonly #experiments: ExperimentService
  readonly #metrics: MetricService
  readonly #compute: ComputePool
  readonly #folders: WorkFolders
  readonly #maxUnpackedBytes: number

  constructor(
    experiments: ExperimentService,
    metrics: MetricService,
    compute: ComputePool,
    folders: WorkFolders,
    maxUnpackedBytes: number,
  ) {
    this.#experiments = experiments
    this.#metrics = metrics
    this.#compute = compute
    this.#folders = folders
    this.#maxUnpackedBytes = maxUnpackedBytes
  }

  /**
   * @param bytes the file, or its beginning where the format allows to cut it (all but Parquet)
   * @param experimentId helps to recognise the variants
   * @throws AppError FILE_REJECTED, NOT_FOUND, and what the bytes throw
   */
  async preview(bytes: AsyncIterable<Uint8Array>, experimentId: string | null): Promise<FilePreview> {
    const experiment = experimentId === null ? null : await this.#experiments.get(experimentId)
    const context =
      experiment === null
        ? null
        : experimentContext(
            experiment,
            await this.#experiments.variantsOf([experiment.id]),
            await this.#metrics.ofExperiments([experiment.id]),
          )
    return this.#folders.use(async (workFolder) => {
      const path = join(workFolder, 'head')
      await pipeline(bytes, createWriteStream(path))
      try {
        const rawLimits = { maxUnpackedBytes: this.#maxUnpackedBytes }
        return await this.#compute.run('preview', { path, workFolder, experiment: context, rawLimits })
      } catch (error) {
        if (!(error instanceof FileError)) throw error
        const { code, message, column, value } = error
        throw new AppError('FILE_REJECTED', message, { cause: error, details: { reason: code, column, value } })
      }
    })
  }
}
