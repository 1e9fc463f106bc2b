import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Folders for work in progress, one for each piece of work, gone when it ends. */
export class WorkFolders {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Gives the work an empty folder of its own. */
  async use<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
    const folder = join(this.#folder, `${process.pid}-${randomUUID()}`)
    await mkdir(folder, { recursive: true })
    try {
      return await work(folder)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  /** Removes what processes left that did not live to do so. */
  async sweep(): Promise<void> {
    const names = await readdir(this.#folder).catch(() => [])
    const abandoned = names.filter((name) => !isRunning(Number(name.split('-')[0])))
    await Promise.all(abandoned.map((name) => rm(join(this.#folder, name), { recursive: true, force: true })))
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
