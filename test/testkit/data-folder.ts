import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FairliftClient } from '@fairlift/sdk'
import type { TestServer } from './server.ts'
import { until } from './until.ts'

/** A server and a client of it. */
interface Run {
  client: FairliftClient
  server: TestServer
}

/**
 * What a server keeps apart from its database and the raw files of batches: parts, artifacts, and whatever was left
 * half done. Paths within the folder of its data, in order. Jobs in the background have files too: their end is waited for.
 */
export async function keptFiles({ client, server: { dataDir } }: Run): Promise<string[]> {
  await until('no job is left to do', async () => {
    const { items } = await client.jobs({ filter: { status: ['QUEUED', 'RUNNING'] } }).page()
    return items.length === 0
  })
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
export async function rawFiles({ dataDir }: Pick<TestServer, 'dataDir'>): Promise<string[]> {
  const entries = await readdir(join(dataDir, 'files', 'objects', 'raw'), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(dataDir.length + 1))
    .sort()
}

/** What has come of files that are sent to an address of their own and are not complete yet. */
export function partsLeft({ dataDir }: TestServer): Promise<string[]> {
  return readdir(join(dataDir, 'files', 'uploads'))
}

/** How many of the raw files hold just these bytes. */
export async function rawCopies(server: TestServer, bytes: Buffer): Promise<number> {
  const contents = await Promise.all((await rawFiles(server)).map((path) => readFile(join(server.dataDir, path))))
  return contents.filter((content) => content.equals(bytes)).length
}
