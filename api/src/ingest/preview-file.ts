import type { ExperimentContext } from './contract.ts'
import { proposeMapping, type MappingProposal } from './propose-mapping.ts'
import { openRawFile } from './read-chunks.ts'
import type { RawLimits } from './read-raw.ts'
import type { Sniffed } from './sniff.ts'

export interface PreviewRequest {
  path: string
  /** An empty folder for what is made. */
  workFolder: string
  experiment: ExperimentContext | null
  rawLimits: RawLimits
}

export interface FilePreview extends MappingProposal {
  format: Sniffed['format']
  compression: Sniffed['compression']
  delimiter: string | null
  header: string[]
  /** The first rows, each with one text a column. */
  rows: (string | null)[][]
}

const SHOWN_ROWS = 20

/** What a file (or its beginning) is, what it holds, and how it would be read. */
export async function previewFile({ path, workFolder, experiment, rawLimits }: PreviewRequest): Promise<FilePreview> {
  const file = await openRawFile(path, workFolder, rawLimits, { guesses: true })
  return {
    format: file.format,
    compression: file.compression,
    delimiter: file.delimiter,
    header: file.header,
    rows: file.sample.slice(0, SHOWN_ROWS).map((row) => file.header.map((name) => row[name] ?? null)),
    ...proposeMapping(file, experiment),
  }
}
