import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isAbandoned, isLeftBehind, isOfOtherMachine } from './process-mark.ts'

/**
 * Removes the files and folders of a folder whose processes are gone. Returns how many they were.
 *
 * @param before given while this process works: its own are then left alone, and those of other machines count as
 * abandoned when nothing in them has changed since this time. Without it, this process has none yet.
 */
export async function removeAbandoned(folder: string, before?: Date): Promise<number> {
  let removed = 0
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name)
    const isGone =
      before === undefined
        ? isAbandoned(name)
        : isLeftBehind(name) || (isOfOtherMachine(name) && (await lastChange(path)) < before.getTime())
    if (!isGone) continue
    await rm(path, { recursive: true, force: true })
    removed++
  }
  return removed
}

/** When the newest of a file, or of a folder and what is in it, was changed. */
async function lastChange(path: string): Promise<number> {
  const inside = await readdir(path, { recursive: true }).catch(() => [])
  const times = [path, ...inside.map((name) => join(path, name))].map((one) =>
    stat(one).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    ),
  )
  return Math.max(...(await Promise.all(times)))
}
