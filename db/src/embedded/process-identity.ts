import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Whether a process of this number exists (also one that has ended and waits to be collected). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Not permitted to signal it: then there is a process.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Whether the process of this number is a PostgreSQL server on this cluster: numbers are used again, so a number found
 * in a file may by now be anybody's.
 */
export async function isServerOf(cluster: string, pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false
  try {
    switch (process.platform) {
      case 'linux': {
        // A server works in its cluster's folder; compared as a file, so that no spelling of the path matters.
        const [own, workingDir] = await Promise.all([stat(cluster), stat(`/proc/${pid}/cwd`)])
        return own.dev === workingDir.dev && own.ino === workingDir.ino
      }
      case 'win32':
        return (await run('tasklist', ['/FI', `PID eq ${pid}`, '/NH', '/FO', 'CSV'])).stdout.includes('postgres.exe')
      default:
        return (await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)])).stdout.includes(`postgres -D ${cluster}`)
    }
  } catch {
    return false
  }
}
