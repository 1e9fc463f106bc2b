/** The files that an analysis can be had as. */
export type ReportFormat = 'PDF' | 'CSV' | 'PARQUET'

/** Which file of an analysis. */
export interface ReportFile {
  format: ReportFormat
  /** Text files only: whether it begins with a byte order mark. */
  byteOrderMark: boolean
}

const names = { report: 'report.pdf', csv: 'rows.csv', marked: 'rows.bom.csv', parquet: 'rows.parquet' }

const files: Record<string, ReportFile> = {
  [names.report]: { format: 'PDF', byteOrderMark: false },
  [names.csv]: { format: 'CSV', byteOrderMark: false },
  [names.marked]: { format: 'CSV', byteOrderMark: true },
  [names.parquet]: { format: 'PARQUET', byteOrderMark: false },
}

export const mediaTypes: Record<ReportFormat, string> = {
  PDF: 'application/pdf',
  CSV: 'text/csv',
  PARQUET: 'application/vnd.apache.parquet',
}

interface Owner {
  id: string
  experimentId: string
}

/** The key by which a file is asked for. */
export function reportKey({ id, experimentId }: Owner, { format, byteOrderMark }: ReportFile): string {
  const name = {
    PDF: names.report,
    CSV: byteOrderMark ? names.marked : names.csv,
    PARQUET: names.parquet,
  }[format]
  return `artifacts/${experimentId}/${id}/${name}`
}

/** The file that a key asks for; null where it is none of an analysis. */
export function reportOfKey(key: string): { analysisId: string; file: ReportFile } | null {
  const [, analysisId, name] = /^artifacts\/[0-9a-f-]{36}\/([0-9a-f-]{36})\/([a-z.]+)$/.exec(key) ?? []
  const file = name === undefined ? undefined : files[name]
  return analysisId === undefined || file === undefined ? null : { analysisId, file }
}

/** The name under which a file is saved: of the experiment, so that it is found again among downloads. */
export function downloadName(experimentKey: string, { id }: Owner, { format }: ReportFile): string {
  const what = format === 'PDF' ? 'report' : 'results'
  return `fairlift-${experimentKey.slice(0, 60)}-${what}-${id.slice(0, 8)}.${format.toLowerCase()}`
}
