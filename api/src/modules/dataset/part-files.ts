import type { PartFile } from '../../engine/engine.ts'
import type { ObjectStore } from '../../storage/object-store.ts'
import type { DatasetPart } from './dataset.repository.ts'

/** Parts as an engine reads them. */
export function partFilesOf(parts: DatasetPart[], store: ObjectStore): Promise<PartFile[]> {
  return Promise.all(
    parts.map(async ({ objectKey, rows, minTime, maxTime }) => ({
      path: await store.localFile(objectKey),
      rows,
      minTimeMs: minTime.getTime(),
      maxTimeMs: maxTime.getTime(),
    })),
  )
}
