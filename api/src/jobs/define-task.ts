import type { Job, JobKind } from '../modules/job/job.service.ts'

/** How far reading a file has come. */
export interface ReadProgress {
  rowsRead: number
  bytesRead: number
  /** Size of the file. */
  bytesTotal: number
}

/** What a task works with besides its job. */
export interface TaskContext {
  /** Aborted when the job is cancelled, its lease is lost, or the server stops. */
  signal: AbortSignal
  /**
   * Tells how far the work is.
   *
   * @param stage what is being done, for people
   * @param progress share of the whole job, 0 to 1
   * @param read how far reading has come; left out, it stays as it was told last
   */
  report(stage: string, progress: number, read?: ReadProgress): void
}

/** What a job made. */
export interface TaskOutcome {
  batchId?: string
  analysisId?: string
  calibrationId?: string
  modelId?: string
}

/**
 * One kind of background work. Tasks are repeated after a crash at any point, so running one twice must end as running
 * it once does.
 */
export interface Task {
  kind: JobKind
  /** At most so many at once in one process; by default as many as computations. */
  concurrency?: number
  run(job: Job, context: TaskContext): Promise<TaskOutcome>
}

export function defineTask(kind: JobKind, run: Task['run']): Task {
  return { kind, run }
}
