import { ReportDocument } from './_generated/graphql.ts'
import { required } from './payload.ts'
import { TimeseriesCalls } from './timeseries-calls.ts'
import type { CallOptions } from './transport.ts'
import type * as types from './types.ts'

/** Which file of an analysis. */
export interface ReportOptions extends CallOptions {
  /** CSV only: begins with a byte order mark, without which some spreadsheets misread letters. */
  byteOrderMark?: boolean
}

/** A file that was fetched. */
export interface DownloadedReport {
  /** The name under which the server would save it. */
  fileName: string
  /** Its bytes, with their media type. */
  file: Blob
}

/** The calls of the client that fetch analyses as files. */
export abstract class ReportCalls extends TimeseriesCalls {
  /** Fetches a file from an address that the server gave for it. */
  protected abstract download(url: string, options?: CallOptions): Promise<Blob>

  /** The signed address of a file of an analysis; whoever has it can fetch the file. Throws FairliftError NOT_FOUND. */
  async report(
    analysisId: string,
    format: types.ReportFormat,
    { byteOrderMark = false, ...options }: ReportOptions = {},
  ): Promise<types.Report> {
    const variables = { analysisId, format, byteOrderMark }
    return required((await this.request(ReportDocument, variables, options)).analysis).report
  }

  /**
   * Fetches an analysis as a file. Throws FairliftError NOT_FOUND; FairliftNetworkError when the file cannot be fetched.
   *
   * @example
   * const { fileName, file } = await client.downloadReport(analysis.id, 'CSV', { byteOrderMark: true })
   * await writeFile(fileName, await file.bytes())
   */
  async downloadReport(
    analysisId: string,
    format: types.ReportFormat,
    options: ReportOptions = {},
  ): Promise<DownloadedReport> {
    const { url, fileName, mediaType } = await this.report(analysisId, format, options)
    const file = await this.download(url, { signal: options.signal })
    return { fileName, file: file.type.startsWith(mediaType) ? file : new Blob([file], { type: mediaType }) }
  }
}
