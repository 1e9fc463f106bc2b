import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { removeAbandoned } from '../storage/abandoned-files.ts'
import { markedName } from '../storage/process-mark.ts'

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
    await removeAbandoned(this.#folder)
  }

  /** As `sweep`, while this process works, and with what unknown machines left before a time. Returns how many it were. */
  sweepWhileWorking(before: Date): Promise<number> {
    return removeAbandoned(this.#folder, before)
  }
}
