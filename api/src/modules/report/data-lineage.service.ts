import type { ReportBatch, ReportDocument } from '../../reports/pdf/report-document.ts'
import type { Analysis } from '../analysis/analysis.service.ts'
import type { DatasetRepository } from '../dataset/dataset.repository.ts'

/** Where the numbers of an analysis come from: its version of the data, the files that it read, and the uploads behind. */
export class DataLineageService {
  readonly #datasets: DatasetRepository

  constructor(datasets: DatasetRepository) {
    this.#datasets = datasets
  }

  async of({ experimentId, datasetVersionId }: Analysis): Promise<ReportDocument['dataset']> {
    const [version] = await this.#datasets.byIds([datasetVersionId])
    const [parts, batches] = await Promise.all([
      this.#datasets.partsOf(experimentId, version!.number),
      this.#datasets.batchesOf(experimentId, version!.number),
    ])
    return {
      version: version!.number,
      events: version!.rows,
      sizeBytes: version!.bytes,
      createdAt: version!.createdAt.toISOString(),
      parts: parts.map(({ rows, sha256 }) => ({ rows, sha256 })),
      batches: batches.map(
        ({ originalName, format, sha256, rows, accepted, rejected, duplicates, landedAt }): ReportBatch => ({
          fileName: originalName,
          landedAt: landedAt?.toISOString() ?? null,
          ...{ format, sha256, rows, accepted, rejected, duplicates },
        }),
      ),
    }
  }
}
