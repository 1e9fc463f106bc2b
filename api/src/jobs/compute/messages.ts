import type { ComputeTask, ComputeTasks } from './tasks.ts'

/** What goes to a child: one task at a time. */
export interface TaskMessage<Task extends ComputeTask = ComputeTask> {
  task: Task
  request: ComputeTasks[Task]['request']
}

/** An error as it crosses the process boundary. */
export interface ErrorMessage {
  name: string
  message: string
  stack?: string
  /** The fields of errors that callers are told of. */
  code?: string
  column?: string | null
  value?: string | null
  attribute?: string
  feature?: string
}

/** What comes from a child. */
export type ChildMessage =
  | { kind: 'ready' }
  | { kind: 'progress'; progress: unknown }
  | { kind: 'done'; result: unknown }
  | { kind: 'failed'; error: ErrorMessage }
