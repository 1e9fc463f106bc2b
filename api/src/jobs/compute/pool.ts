import { fork, type ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../errors.ts'
import { FileError, type FileErrorCode } from '../../ingest/contract.ts'
import type { ChildMessage, ErrorMessage, TaskMessage } from './messages.ts'
import type { ComputeTask, ComputeTasks } from './tasks.ts'

export interface ComputePoolOptions {
  /** Children that work at once. */
  concurrency: number
  /** Resident memory a child may take, in bytes. */
  memoryBytes: number
  /** How long one task may take. */
  timeoutMs: number
}

export interface RunOptions<Task extends ComputeTask> {
  signal?: AbortSignal
  onProgress?: (progress: ComputeTasks[Task]['progress']) => void
}

/** How long a child may take to start; a busy machine takes its time. What a task may take counts from there. */
const START_TIMEOUT_MS = 120_000
/** Memory is looked at this often. */
const MEMORY_INTERVAL_MS = 250
/** A child that is left with more than this share of its memory after a task is replaced: the allocator keeps it. */
const RECYCLE_SHARE = 0.5

/**
 * A pool of child processes for heavy work. One task a child; a child is killed when its task is cancelled, takes too
 * long or needs too much memory, and another one takes its place. Children are started before they are needed.
 */
export class ComputePool {
  readonly #options: ComputePoolOptions
  readonly #idle: ChildProcess[] = []
  readonly #busy = new Set<ChildProcess>()
  readonly #waiting = new Set<() => void>()
  /** Places that are taken, from before a child is found for the task until after it is given back. */
  #taken = 0
  #closed = false
  /** Children that have started and said so. */
  readonly #ready = new WeakSet<ChildProcess>()

  constructor(options: ComputePoolOptions) {
    this.#options = options
  }

  /** Starts a child ahead of the first task. */
  warmUp(): void {
    if (this.#idle.length === 0 && this.#busy.size === 0) this.#idle.push(this.#start())
  }

  /**
   * Runs a task in a child and returns its result.
   *
   * @throws FileError as the task threw it; AppError CANCELLED, COMPUTE_OUT_OF_MEMORY, COMPUTE_TIMED_OUT,
   * COMPUTE_FAILED, TOO_MANY_SEGMENTS, FEATURES_REJECTED, SHUTTING_DOWN
   */
  async run<Task extends ComputeTask>(
    task: Task,
    request: ComputeTasks[Task]['request'],
    { signal, onProgress }: RunOptions<Task> = {},
  ): Promise<ComputeTasks[Task]['result']> {
    await this.#place(signal)
    let child: ChildProcess | null = null
    try {
      // It may have been cancelled, or the pool closed, in the moment in which it got its place.
      if (this.#closed) throw shuttingDown()
      if (signal?.aborted) throw cancelled()
      child = this.#idleChild() ?? this.#start()
      this.#busy.add(child)
      return (await this.#runIn(
        child,
        { task, request },
        signal,
        onProgress as (progress: unknown) => void,
      )) as ComputeTasks[Task]['result']
    } finally {
      if (child !== null) await this.#release(child)
      this.#taken--
      this.#wakeNext()
    }
  }

  /** Kills all children. Tasks that are under way fail with SHUTTING_DOWN. */
  async close(): Promise<void> {
    this.#closed = true
    for (const resume of this.#waiting) resume()
    await Promise.all([...this.#idle.splice(0), ...this.#busy].map(kill))
  }

  /** Waits until a child may be put to work. */
  async #place(signal?: AbortSignal): Promise<void> {
    for (;;) {
      if (this.#closed) throw shuttingDown()
      if (signal?.aborted) {
        // The turn may have been this one's: it must not be lost to the others.
        this.#wakeNext()
        throw cancelled()
      }
      if (this.#taken < this.#options.concurrency) {
        this.#taken++
        return
      }
      const { promise, resolve } = Promise.withResolvers<void>()
      const resume = (): void => resolve()
      this.#waiting.add(resume)
      signal?.addEventListener('abort', resume, { once: true })
      await promise
      this.#waiting.delete(resume)
      signal?.removeEventListener('abort', resume)
    }
  }

  #wakeNext(): void {
    const [next] = this.#waiting
    if (next === undefined) return
    this.#waiting.delete(next)
    next()
  }

  /** A child that waits for work. Some may have been killed meanwhile, by a system short of memory. */
  #idleChild(): ChildProcess | undefined {
    for (;;) {
      const child = this.#idle.pop()
      if (child === undefined || isAlive(child)) return child
    }
  }

  #start(): ChildProcess {
    const child = startChild()
    // It says so first of all.
    child.once('message', () => this.#ready.add(child))
    return child
  }

  async #release(child: ChildProcess): Promise<void> {
    const memory = isAlive(child) ? await residentBytes(child.pid!) : 0
    this.#busy.delete(child)
    if (this.#closed || !isAlive(child) || memory > this.#options.memoryBytes * RECYCLE_SHARE) {
      void kill(child)
      if (!this.#closed) this.#idle.push(this.#start())
    } else {
      this.#idle.push(child)
    }
  }

  async #runIn(
    child: ChildProcess,
    message: TaskMessage,
    signal: AbortSignal | undefined,
    onProgress: ((progress: unknown) => void) | undefined,
  ): Promise<unknown> {
    const { memoryBytes, timeoutMs } = this.#options
    const done = Promise.withResolvers<unknown>()
    const giveUp = (error: AppError): void => {
      done.reject(error)
      void kill(child)
    }
    const onMessage = (answer: ChildMessage): void => {
      if (answer.kind === 'ready') beginToCount()
      else if (answer.kind === 'progress') onProgress?.(answer.progress)
      else if (answer.kind === 'done') done.resolve(answer.result)
      else if (answer.kind === 'failed') done.reject(asError(answer.error))
    }
    const onExit = (code: number | null, killedBy: string | null): void => {
      const reason = this.#closed
        ? shuttingDown()
        : new AppError('COMPUTE_FAILED', `The computation ended unexpectedly (${killedBy ?? `exit code ${code}`}).`)
      done.reject(reason)
    }
    const onAbort = (): void => giveUp(cancelled())
    let timeout = setTimeout(() => giveUp(didNotStart()), START_TIMEOUT_MS)
    const beginToCount = (): void => {
      clearTimeout(timeout)
      timeout = setTimeout(() => giveUp(timedOut(timeoutMs)), timeoutMs)
    }
    if (this.#ready.has(child)) beginToCount()
    const watch = setInterval(() => {
      void residentBytes(child.pid!).then((bytes) => {
        if (bytes > memoryBytes) giveUp(outOfMemory(bytes, memoryBytes))
      })
    }, MEMORY_INTERVAL_MS)
    child.on('message', onMessage).on('exit', onExit)
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      child.send(
        message,
        (error) => error && done.reject(new AppError('COMPUTE_FAILED', error.message, { cause: error })),
      )
      return await done.promise
    } finally {
      clearTimeout(timeout)
      clearInterval(watch)
      child.off('message', onMessage).off('exit', onExit)
      signal?.removeEventListener('abort', onAbort)
    }
  }
}

function startChild(): ChildProcess {
  const isSource = import.meta.url.endsWith('.ts')
  const file = fileURLToPath(new URL(isSource ? './child.ts' : './child.js', import.meta.url))
  const child = fork(file, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  child.on('error', () => undefined) // the task hears of it by 'exit'
  return child
}

/** One that was killed counts as dead before the system has told of its end. */
function isAlive(child: ChildProcess): boolean {
  return !child.killed && child.exitCode === null && child.signalCode === null && child.connected
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGKILL')
  await ended
}

/** What a process has in memory; 0 where the system does not tell (it is Linux that is bounded this way). */
async function residentBytes(pid: number): Promise<number> {
  try {
    const pages = Number((await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')[1])
    return pages * PAGE_BYTES
  } catch {
    return 0
  }
}
const PAGE_BYTES = 4096

function asError(error: ErrorMessage): Error {
  if (error.name === 'FileError') {
    return new FileError(error.code as FileErrorCode, error.message, {
      ...(error.column == null ? {} : { column: error.column }),
      ...(error.value == null ? {} : { value: error.value }),
    })
  }
  if (error.name === 'TooManySegmentsError') {
    return new AppError('TOO_MANY_SEGMENTS', error.message, { details: { attribute: error.attribute } })
  }
  if (error.name === 'FeatureError')
    return new AppError('FEATURES_REJECTED', error.message, { details: { feature: error.feature } })
  // What broke within is for the log: to the caller it says nothing that would help.
  const cause = new Error(error.message)
  cause.name = error.name
  cause.stack = error.stack ?? cause.stack
  return new AppError('COMPUTE_FAILED', 'The computation failed unexpectedly. The server’s log says why.', { cause })
}

function shuttingDown(): AppError {
  return new AppError('SHUTTING_DOWN', 'The server is stopping.')
}

function cancelled(): AppError {
  return new AppError('CANCELLED', 'The work was cancelled.')
}

function didNotStart(): AppError {
  return new AppError('COMPUTE_FAILED', `No process for the computation started within ${START_TIMEOUT_MS / 1000} s.`)
}

function timedOut(timeoutMs: number): AppError {
  return new AppError(
    'COMPUTE_TIMED_OUT',
    `The computation took longer than ${timeoutMs / 1000} seconds. Split the file, or raise COMPUTE_TIMEOUT_SECONDS.`,
  )
}

function outOfMemory(bytes: number, limit: number): AppError {
  const megabytes = (count: number) => Math.round(count / 2 ** 20)
  return new AppError(
    'COMPUTE_OUT_OF_MEMORY',
    `The computation needed ${megabytes(bytes)} MB and may take ${megabytes(limit)} MB. Split the file, choose fewer segments, or raise COMPUTE_MEMORY_MB.`,
  )
}
