import { Arg, Ctx, FieldResolver, ID, Resolver, Root } from 'type-graphql'
import type { RequestContext } from '../../context.ts'
import { notFound } from '../../errors.ts'
import type { FileSigner } from '../../http/file-signer.ts'
import type { Narrative } from '../../reports/narrative/narrate.ts'
import type { Analysis } from '../analysis/analysis.service.ts'
import { AnalysisReportsType, AnalysisType } from '../analysis/analysis.type.ts'
import type { Experiment } from '../experiment/experiment.service.ts'
import { ExperimentType } from '../experiment/experiment.type.ts'
import { requireId } from '../ids.ts'
import { NarrativeType } from './narrative.type.ts'
import { downloadName, mediaTypes, type ReportFile, type ReportFormat, reportKey } from './report-files.ts'
import type { ReportService } from './report.service.ts'
import { ReportFormatEnum, ReportType } from './report.type.ts'

const FORMAT = { description: 'What it is to be had as.' }
const MARK = {
  defaultValue: false,
  description: 'CSV only: begins with a byte order mark, without which some spreadsheets misread letters.',
}

/** Signed addresses of an analysis' files. */
class ReportAddresses {
  readonly #signer: FileSigner

  constructor(signer: FileSigner) {
    this.#signer = signer
  }

  of(analysis: Analysis, experimentKey: string, format: ReportFormat, mark = false): ReportType {
    const file: ReportFile = { format, byteOrderMark: mark && format === 'CSV' }
    const fileName = downloadName(experimentKey, analysis, file)
    const mediaType = mediaTypes[format]
    return { format, fileName, mediaType, ...this.#signer.signed(reportKey(analysis, file), fileName) }
  }
}

@Resolver(() => AnalysisType)
export class AnalysisReportResolver {
  readonly #reports: ReportService
  readonly #addresses: ReportAddresses

  constructor(reports: ReportService, signer: FileSigner) {
    this.#reports = reports
    this.#addresses = new ReportAddresses(signer)
  }

  @FieldResolver(() => NarrativeType, { description: 'What it says, in sentences.' })
  narrative(@Root() analysis: Analysis, @Ctx() { loaders }: RequestContext): Promise<Narrative> {
    return this.#reports.narrativeOf(analysis, loaders)
  }

  @FieldResolver(() => ReportType, { description: 'One of its files.' })
  async report(
    @Root() analysis: Analysis,
    @Arg('format', () => ReportFormatEnum, FORMAT) format: ReportFormat,
    @Arg('byteOrderMark', () => Boolean, MARK) byteOrderMark: boolean,
    @Ctx() { loaders }: RequestContext,
  ): Promise<ReportType> {
    const experiment = (await loaders.experiment.load(analysis.experimentId))!
    return this.#addresses.of(analysis, experiment.key, format, byteOrderMark)
  }

  @FieldResolver(() => AnalysisReportsType, { description: 'Addresses of all its files.' })
  async reports(@Root() analysis: Analysis, @Ctx() { loaders }: RequestContext): Promise<AnalysisReportsType> {
    const { key } = (await loaders.experiment.load(analysis.experimentId))!
    const url = (format: ReportFormat): string => this.#addresses.of(analysis, key, format).url
    return { pdfUrl: url('PDF'), csvUrl: url('CSV'), parquetUrl: url('PARQUET') }
  }
}

@Resolver(() => ExperimentType)
export class ExperimentReportResolver {
  readonly #addresses: ReportAddresses

  constructor(signer: FileSigner) {
    this.#addresses = new ReportAddresses(signer)
  }

  @FieldResolver(() => ReportType, {
    nullable: true,
    description: 'A file of its newest analysis, or of another one. Null before the first analysis.',
  })
  async report(
    @Root() experiment: Experiment,
    @Arg('format', () => ReportFormatEnum, FORMAT) format: ReportFormat,
    @Arg('byteOrderMark', () => Boolean, MARK) byteOrderMark: boolean,
    @Arg('analysisId', () => ID, { nullable: true, description: 'One of its analyses. By default the newest.' })
    analysisId: string | null,
    @Ctx() { loaders }: RequestContext,
  ): Promise<ReportType | null> {
    const analysis =
      analysisId == null
        ? await loaders.latestAnalysis.load(experiment.id)
        : await loaders.analysis.load(requireId('analysis', analysisId))
    if (analysisId != null && analysis?.experimentId !== experiment.id) throw notFound('analysis', analysisId)
    return analysis === null ? null : this.#addresses.of(analysis, experiment.key, format, byteOrderMark)
  }
}

export function reportResolvers(reports: ReportService, signer: FileSigner): object[] {
  return [new AnalysisReportResolver(reports, signer), new ExperimentReportResolver(signer)]
}
