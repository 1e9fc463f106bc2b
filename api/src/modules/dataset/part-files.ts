import type { PartFile } from '../../engine/engine.ts'
import type { ObjectStore } from '../../storage/object-store.ts'
import type { DatasetPart } from './dataset.repository.ts'

/** Parts as an engine reads them: there for as long as the folder of the work is. */
export function partFilesOf(parts: DatasetPart[], store: ObjectStore, folder: string): Promise<PartFile[]> {
  return Promise.all(
    parts.map(async ({ objectKey, rows, minTime, maxTime }) => ({
      path: await store.localFile(objectKey, folder),
      rows,
      minTimeMs: minTime.getTime(),
      maxTimeMs: maxTime.getTime(),
    })),
  )
}
