import type { EmbeddedPostgresErrorCode } from './embedded-postgres-error.ts'

/** What the keeper, a process of its own, tells the process that started it. */
export type KeeperMessage =
  | { type: 'log'; line: string }
  | {
      type: 'ready'
      port: number
      password: string
      reused: boolean
      serverPid: number
      cluster: string
      program: string
    }
  | {
      type: 'failed'
      /** Absent for what nobody foresaw. */
      code?: EmbeddedPostgresErrorCode
      message: string
      details: Readonly<Record<string, string | number>>
    }
  /** The server has ended although nobody asked for it. */
  | { type: 'ended'; reason: string }
