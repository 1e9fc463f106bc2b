import type { ReportSubject } from '../report-subject.ts'

/** A file that was uploaded, and what came of it. */
export interface ReportBatch {
  fileName: string
  format: string | null
  sha256: string
  rows: number | null
  accepted: number | null
  rejected: number | null
  duplicates: number | null
  landedAt: string | null
}

/** A file of checked events that the analysis read. */
export interface ReportPart {
  rows: number
  sha256: string
}

/** Everything that the PDF report is made of, as plain data. */
export interface ReportDocument {
  subject: ReportSubject
  analysis: {
    id: string
    /** ISO 8601; the document's date too, so that the same analysis gives the same bytes. */
    computedAt: string
    engine: string
    statisticsVersion: number
    resultKey: string
  }
  dataset: {
    version: number
    events: number
    sizeBytes: number
    createdAt: string
    batches: ReportBatch[]
    parts: ReportPart[]
  }
  /** Null for analyses of before there were any. */
  certificate: { sha256: string; rowsHash: string; aggregatesHash: string } | null
}
