import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isAbandoned, markedName } from '../storage/process-mark.ts'

/** Folders for work in progress, one for each piece of work, gone when it ends. */
export class WorkFolders {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Gives the work an empty folder of its own. */
  async use<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
    const folder = join(this.#folder, markedName())
    await mkdir(folder, { recursive: true })
    try {
      return await work(folder)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  /** Removes what processes left that did not live to do so. Called before the first use. */
  async sweep(): Promise<void> {
    const names = await readdir(this.#folder).catch(() => [])
    await Promise.all(
      names.filter(isAbandoned).map((name) => rm(join(this.#folder, name), { recursive: true, force: true })),
    )
  }
}
