import { createHash } from 'node:crypto'
import stringify from 'safe-stable-stringify'
import type { ComputePool } from '../../jobs/compute/pool.ts'
import { createLoaders, type Loaders, type LoaderServices } from '../../loaders.ts'
import { type Narrative, narrate } from '../../reports/narrative/narrate.ts'
import type { ReportDocument } from '../../reports/pdf/report-document.ts'
import type { FileRow, RowContext, RowNames } from '../../reports/result-columns.ts'
import { BYTE_ORDER_MARK, resultsCsvLines } from '../../reports/results-csv.ts'
import type { FileMaker, FilesOnDemand } from '../../storage/files-on-demand.ts'
import type { Analysis } from '../analysis/analysis.service.ts'
import type { Conclusion } from '../analysis/conclusion.ts'
import type { VerificationService } from '../analysis/verification.service.ts'
import type { DataLineageService } from './data-lineage.service.ts'
import { type ReportFile, reportKey, reportOfKey } from './report-files.ts'
import { subjectOfAnalysis } from './subject-of-analysis.ts'

/** Changes whenever reports of the same analysis would have other bytes: old files are then made anew. */
const REPORTS_VERSION = 1

/** Tells analyses to people: in sentences, and as files that are made when somebody asks for them. */
export class ReportService implements FileMaker {
  readonly #services: LoaderServices
  readonly #verifications: Pick<VerificationService, 'certificateOf'>
  readonly #lineage: DataLineageService
  readonly #files: FilesOnDemand
  readonly #drawing: ComputePool

  /** @param drawing a pool of its own: a file must not wait for the computations of others */
  constructor(
    services: LoaderServices,
    verifications: Pick<VerificationService, 'certificateOf'>,
    lineage: DataLineageService,
    files: FilesOnDemand,
    drawing: ComputePool,
  ) {
    this.#services = services
    this.#verifications = verifications
    this.#lineage = lineage
    this.#files = files
    this.#drawing = drawing
  }

  /** An analysis in sentences. */
  async narrativeOf(analysis: Analysis, loaders: Loaders): Promise<Narrative> {
    const certificate = await this.#verifications.certificateOf(analysis)
    return narrate(await subjectOfAnalysis(analysis, certificate, loaders))
  }

  /**
   * Makes the file of a key, unless it is there.
   *
   * @returns the key of the file: another one where names have changed since; null for a key of no analysis' file
   * @throws AppError of the compute pool
   */
  async make(key: string): Promise<string | null> {
    const asked = reportOfKey(key)
    if (asked === null) return null
    const loaders = createLoaders(this.#services)
    const analysis = await loaders.analysis.load(asked.analysisId)
    if (analysis === null || reportKey(analysis, asked.file) !== key) return null
    return asked.file.format === 'PDF' ? this.#document(analysis, loaders) : this.#table(analysis, asked.file, loaders)
  }

  async #document(analysis: Analysis, loaders: Loaders): Promise<string> {
    const certificate = await this.#verifications.certificateOf(analysis)
    const [subject, dataset] = await Promise.all([
      subjectOfAnalysis(analysis, certificate, loaders),
      this.#lineage.of(analysis),
    ])
    const { id, engine, statisticsVersion, resultKey } = analysis
    const document: ReportDocument = {
      subject,
      analysis: { id, engine, statisticsVersion, resultKey, computedAt: analysis.computedAt.toISOString() },
      dataset,
      certificate: certificate && {
        sha256: certificate.sha256,
        rowsHash: certificate.rowsHash,
        aggregatesHash: certificate.aggregatesHash,
      },
    }
    const key = storedKeyOf(analysis, 'report', 'pdf', document)
    await this.#files.ensure(key, () => this.#drawing.run('renderPdf', document))
    return key
  }

  async #table(analysis: Analysis, { format, byteOrderMark }: ReportFile, loaders: Loaders): Promise<string> {
    const rows = (await loaders.resultsOf.load(analysis.id)).map(({ id, row }): FileRow => ({ id, row }))
    const names = await namesOf(rows, loaders)
    const { verdict } = analysis.decision as Conclusion
    const context: RowContext = { analysisId: analysis.id, verdict, interim: analysis.interim }
    const name = byteOrderMark ? 'results.bom' : 'results'
    const key = storedKeyOf(analysis, name, format.toLowerCase(), { names, context })
    await this.#files.ensure(key, async () => {
      if (format === 'PARQUET') return this.#drawing.run('renderParquet', { rows, names, context })
      return buffers(byteOrderMark ? BYTE_ORDER_MARK : '', resultsCsvLines(rows, names, context))
    })
    return key
  }
}

/**
 * Files are addressed by what they are made of: an experiment that is renamed, or reports that are made otherwise, give
 * another file beside the old one.
 */
function storedKeyOf({ id, experimentId }: Analysis, name: string, ending: string, content: unknown): string {
  const hash = createHash('sha256')
    .update(stringify({ version: REPORTS_VERSION, content })!)
    .digest('hex')
  return `artifacts/${experimentId}/${id}/${name}-${hash.slice(0, 16)}.${ending}`
}

async function* buffers(start: string, lines: Iterable<string>): AsyncGenerator<Buffer> {
  if (start !== '') yield Buffer.from(start)
  for (const line of lines) yield Buffer.from(line)
}

/** Names by id, as they are now. */
async function namesOf(rows: FileRow[], loaders: Loaders): Promise<RowNames> {
  const variantIds = [...new Set(rows.flatMap(({ row }) => [row.controlId, row.treatmentId]))]
  const metricIds = [...new Set(rows.map(({ row }) => row.metricId))]
  const [variants, metrics] = await Promise.all([
    Promise.all(variantIds.map(async (id) => [id, (await loaders.variant.load(id))?.name ?? id] as const)),
    Promise.all(metricIds.map(async (id) => [id, (await loaders.metric.load(id))?.name ?? id] as const)),
  ])
  return { variants: Object.fromEntries(variants), metrics: Object.fromEntries(metrics) }
}
