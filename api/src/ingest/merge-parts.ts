import { stack, type Frame } from '../engine/polars/frame.ts'
import { KEY_VERSION } from './event-keys.ts'
import { readPart, writePart, type PartFiles, type WrittenPart } from './write-part.ts'

export interface MergeRequest {
  /** What becomes one part each. The caller bounds their rows: a group is held in memory. */
  groups: PartFiles[][]
  /** An empty folder for what is made. */
  workFolder: string
}

export interface MergeResult {
  parts: WrittenPart[]
  /** How the keys of the parts were computed. */
  keyVersion: string
}

/** Merges parts into larger ones: the same events, sorted as one. */
export async function mergeParts(
  { groups, workFolder }: MergeRequest,
  onProgress: (progress: { share: number }) => void,
): Promise<MergeResult> {
  const merged: WrittenPart[] = []
  for (const [index, parts] of groups.entries()) {
    const frames: Frame[] = []
    for (const part of parts) frames.push(await readPart(part))
    merged.push(await writePart(stack(frames), `${workFolder}/merged-${index}.parquet`))
    onProgress({ share: (index + 1) / groups.length })
  }
  return { parts: merged, keyVersion: KEY_VERSION }
}
