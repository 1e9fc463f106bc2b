import pl from 'nodejs-polars'
import { eventColumn } from '../engine/event-columns.ts'
import { int64 } from '../engine/polars/unit-ranges.ts'
import { column, type Frame } from '../engine/polars/frame.ts'
import { unitsOf } from './event-key.ts'
import { readPart, writePart, type PartFiles, type WrittenPart } from './write-part.ts'

export interface SearchedPart extends PartFiles {
  id: string
  /** Range of its units, as decimal text. */
  minUnit: string
  maxUnit: string
}

export interface RemoveUserRequest {
  experimentId: string
  userId: string
  parts: SearchedPart[]
  /** An empty folder for what is made. */
  workFolder: string
}

export interface RemoveUserResult {
  /** The parts that held the user: how many events they lose, and what takes their place; null when nothing is left. */
  held: { id: string; events: number; part: WrittenPart | null }[]
}

/** Writes the parts that hold a user anew without them. Parts are read one after the other; most are only looked into. */
export async function removeUser(
  { experimentId, userId, parts, workFolder }: RemoveUserRequest,
  onProgress: (progress: { share: number }) => void,
): Promise<RemoveUserResult> {
  const unit = unitsOf(column('user', [userId], pl.Utf8), experimentId)[0]!
  const isUser = pl.col(eventColumn.userId).eq(pl.lit(userId))
  const held: RemoveUserResult['held'] = []
  for (const [index, part] of parts.entries()) {
    onProgress({ share: index / parts.length })
    if (unit < BigInt(part.minUnit) || unit > BigInt(part.maxUnit)) continue
    // Rows are sorted by unit: only the row group that may hold the user is read.
    const found = await pl
      .scanParquet(part.path)
      .filter(pl.col(eventColumn.unit).eq(int64(unit)))
      .select(eventColumn.userId)
      .filter(isUser)
      .collect()
    const events = found.height
    if (events === 0) continue
    const left = (await readPart(part)).filter(isUser.not()) as Frame
    const rewritten = left.height === 0 ? null : await writePart(left, `${workFolder}/${part.id}.parquet`)
    held.push({ id: part.id, events, part: rewritten })
  }
  return { held }
}
