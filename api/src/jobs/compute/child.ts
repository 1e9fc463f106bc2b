import { setPriority } from 'node:os'
import { FeatureError } from '../../engine/features/feature-error.ts'
import { TooManySegmentsError } from '../../engine/groups.ts'
import { FileError } from '../../ingest/contract.ts'
import type { ChildMessage, ErrorMessage, TaskMessage } from './messages.ts'
import { handlers } from './tasks.ts'

/**
 * The compute child: does the heavy work of one task at a time, so that it can be killed and the API's event loop never
 * waits for it. It ends with its parent, however that dies.
 */
process.on('disconnect', () => process.exit(0))
// Ctrl-C reaches the whole process group: the parent decides when its children end.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)

/** A third of the share of a process that is not polite, where there are not enough cores for both. */
const POLITENESS = 5

try {
  // Where all cores are busy, the API answers first.
  setPriority(POLITENESS)
} catch {
  // Some systems do not let a process choose; then they share.
}

/** Progress is for people: more often than this it only costs. */
const PROGRESS_INTERVAL_MS = 100
let lastProgressAt = 0

process.on('message', ({ task, request }: TaskMessage) => {
  const onProgress = (progress: unknown): void => {
    const now = performance.now()
    if (now - lastProgressAt < PROGRESS_INTERVAL_MS) return
    lastProgressAt = now
    tell({ kind: 'progress', progress })
  }
  const handle = handlers[task] as (request: unknown, onProgress: (progress: unknown) => void) => Promise<unknown>
  handle(request, onProgress)
    .then((result) => tell({ kind: 'done', result }))
    .catch((error: unknown) => tell({ kind: 'failed', error: asMessage(error) }))
})

function tell(message: ChildMessage): void {
  // A parent that has just died cannot be told; this process hears of it by 'disconnect'.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}

function asMessage(error: unknown): ErrorMessage {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { name, message, stack } = error
  if (error instanceof FileError)
    return { name, message, stack, code: error.code, column: error.column, value: error.value }
  if (error instanceof TooManySegmentsError) return { name, message, stack, attribute: error.attribute }
  if (error instanceof FeatureError) return { name, message, stack, feature: error.feature }
  return { name, message, stack }
}

tell({ kind: 'ready' })
