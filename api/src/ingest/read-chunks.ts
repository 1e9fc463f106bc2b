import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ExperimentContext } from './contract.ts'
import { CsvScanner } from './csv-scanner.ts'
import { unitSeed } from './event-key.ts'
import type { RawChunk } from './raw-chunk.ts'
import { readCsv } from './read-csv.ts'
import { JsonScanner } from './json-scanner.ts'
import { readJson } from './read-json.ts'
import { ParquetScanner } from './parquet-scanner.ts'
import { readParquet } from './read-parquet.ts'
import { readUnpacked, type RawLimits } from './read-raw.ts'
import type { ReadPlan } from './resolve-mapping.ts'
import { scanPlanOf } from './scan-plan.ts'
import { sniffFile, type Sniffed, type TextForm } from './sniff.ts'
import { asUtf8 } from './text-encoding.ts'

export interface RawFile extends Sniffed {
  path: string
  sizeBytes: number
}

/** Rows of a Parquet file that take about the memory of one byte of text. */
const ROWS_PER_BYTE = 1 / 128

/**
 * Finds out what a file is. A packed Parquet file is unpacked to the work folder: its parts are read in no fixed order.
 *
 * @throws FileError
 */
export async function openRawFile(
  path: string,
  workFolder: string,
  rawLimits: RawLimits,
  form: TextForm,
): Promise<RawFile> {
  const sniffed = await sniffFile(path, rawLimits, form)
  if (sniffed.format !== 'PARQUET' || sniffed.compression === 'NONE') {
    return { ...sniffed, path, sizeBytes: (await stat(path)).size }
  }
  const unpacked = join(workFolder, 'unpacked.parquet')
  await pipeline(readUnpacked(path, sniffed.compression, rawLimits), createWriteStream(unpacked))
  const inner = await sniffFile(unpacked, rawLimits)
  return { ...inner, compression: sniffed.compression, path: unpacked, sizeBytes: (await stat(unpacked)).size }
}

export interface ReadContext {
  /** How much of the file is worked on at a time. */
  chunkBytes: number
  rawLimits: RawLimits
  experiment: ExperimentContext
  now: Date
}

/**
 * The rows of a file in pieces of bounded size, whatever its format.
 *
 * @param currentPlan how the file is read; JSON records give all the columns they have, so it may change.
 * @param learn adds columns to the file and to the plan.
 * @param onRead is told how many of the file's bytes have been read.
 */
export async function* readChunks(
  file: RawFile,
  currentPlan: () => ReadPlan,
  learn: (columns: string[]) => void,
  { chunkBytes, rawLimits, experiment, now }: ReadContext,
  onRead: (bytes: number) => void,
): AsyncGenerator<RawChunk> {
  const plan = currentPlan()
  const { columns } = plan
  if (file.format === 'PARQUET') {
    const chunkRows = Math.ceil(chunkBytes * ROWS_PER_BYTE)
    const scanPlan = scanPlanOf(plan, columns, experiment, now)
    const scanner = scanPlan && new ParquetScanner(plan, scanPlan, unitSeed(experiment.id), chunkBytes)
    for await (const { chunk, share } of readParquet(file.path, columns, chunkRows, scanner)) {
      onRead(Math.round(file.sizeBytes * share))
      yield chunk
    }
    return
  }
  const text = asUtf8(
    readUnpacked(file.path, file.compression, { readBytes: Math.min(1 << 20, chunkBytes), ...rawLimits }, onRead),
    file.encoding!,
  )
  if (file.format === 'CSV' || file.format === 'TSV') {
    const separator = file.delimiter!
    const scanPlan = scanPlanOf(plan, file.header, experiment, now)
    const shape = { separator, fields: file.header.length, chunkBytes }
    const scanner = scanPlan === null ? null : new CsvScanner(scanPlan, unitSeed(experiment.id), shape)
    yield* readCsv(text, { separator, header: file.header, columns, chunkBytes, scanner })
  } else {
    // Objects take more bytes than the text that holds them while they are parsed.
    const options = { format: file.format, chunkBytes: chunkBytes / 2, header: file.header }
    let scanner: JsonScanner | null = null
    let scannedPlan: ReadPlan | null = null
    const currentScanner = (): JsonScanner | null => {
      const present = currentPlan()
      if (present === scannedPlan) return scanner
      scannedPlan = present
      const scanPlan = scanPlanOf(present, file.header, experiment, now)
      scanner = scanPlan && new JsonScanner(scanPlan, unitSeed(experiment.id), options)
      return scanner
    }
    yield* readJson(text, { ...options, scanner: currentScanner, learn })
  }
}
