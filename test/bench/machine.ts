import { availableParallelism, cpus, totalmem } from 'node:os'
import { version as duckDbVersion } from '@duckdb/node-api'
import pl from 'nodejs-polars'

/** Threads that every program of the bench may use. */
export const cores = availableParallelism()

/** What the figures were measured on, and with which versions of what they are compared with. */
export function describeMachine(): string {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`
  const model = cpus()[0]?.model ?? 'processor of unknown model'
  const versions = `Node ${process.versions.node}, nodejs-polars ${pl.version}, DuckDB ${duckDbVersion().replace(/^v/, '')}`
  return `${cores} × ${model}, ${memory}, ${process.platform}; ${versions}`
}
