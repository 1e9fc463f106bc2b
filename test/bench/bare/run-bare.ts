import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { inCache, type Input } from '../inputs.ts'

/** What ingestion is compared with. */
export const BARE_TOOLS = ['polars', 'duckdb'] as const
export type BareTool = (typeof BARE_TOOLS)[number]

export interface BareFigures {
  wallMs: number
  /** User and system time of all its threads. */
  cpuMs: number
  peakBytes: number
}

const MOST_OUTPUT_BYTES = 2 ** 28

/**
 * Runs a script of the bench as a process of its own and returns what it prints. Of its arguments, paths are relative to
 * this folder.
 */
export async function runScript<Printed>(script: string, args: string[]): Promise<Printed> {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', path, ...args], {
    maxBuffer: MOST_OUTPUT_BYTES,
  })
  return JSON.parse(stdout) as Printed
}

/** Converts a file to Parquet in a process of its own. */
export function convertBare(tool: BareTool, { format, path }: Input): Promise<BareFigures> {
  return runScript<BareFigures>('./convert.ts', [tool, format, path, inCache(`bare-${tool}.parquet`)])
}
