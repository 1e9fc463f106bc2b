import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestServer } from './server.ts'

/**
 * What a server keeps apart from its database and the raw files of batches: parts, artifacts, and whatever was left
 * half done. Paths within the folder of its data, in order.
 */
export async function keptFiles({ dataDir }: TestServer): Promise<string[]> {
  const entries = await Promise.all(
    ['files', 'work'].map((folder) => readdir(join(dataDir, folder), { recursive: true, withFileTypes: true })),
  )
  return entries
    .flat()
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(dataDir.length + 1))
    .filter((path) => !path.startsWith(join('files', 'objects', 'raw')))
    .sort()
}

/** The raw files of batches, and what lies beside them. */
export async function rawFiles({ dataDir }: TestServer): Promise<string[]> {
  const entries = await readdir(join(dataDir, 'files', 'objects', 'raw'), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(dataDir.length + 1))
    .sort()
}
