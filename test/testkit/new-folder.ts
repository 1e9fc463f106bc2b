import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PREFIX = 'fairlift-test-'

/** A new folder among the temporary ones, named for this process. */
export function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`))
}

/**
 * For vitest's `globalSetup`: gives the test run one folder for everything temporary, of whatever program, and removes it
 * at the end. Those of runs that were killed are removed at the occasion.
 */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TEST_RUN_FOLDER !== undefined) return // by another project of this run
  await removeStale()
  const folder = await newFolder()
  await chmod(folder, 0o755) // PostgreSQL runs as another user when this is root
  const before = process.env.TMPDIR
  process.env.TEST_RUN_FOLDER = process.env.TMPDIR = folder
  return async () => {
    delete process.env.TEST_RUN_FOLDER
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

async function removeStale(): Promise<void> {
  const left = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX))
  const stale = left.filter((name) => !isAlive(Number(name.slice(PREFIX.length).split('-')[0])))
  await Promise.all(
    stale.map((name) => rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined)),
  )
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' // another user's
  }
}
