import { readdirSync, readFileSync } from 'node:fs'
import { until } from './until.ts'

/** The children of a process can be found out on Linux only. */
export const canSeeProcesses = process.platform === 'linux'

export interface RunningProcess {
  pid: number
  parent: number
  command: string
}

/** All processes that run; those that have ended and were not yet taken note of are none. */
export function runningProcesses(): RunningProcess[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // The name stands in brackets and may hold any character, brackets too.
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (state === 'Z' || state === 'X') return []
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      return [{ pid: Number(pid), parent: Number(parent), command }]
    } catch {
      return [] // it has ended meanwhile
    }
  })
}

/** What a process started, and what that started, and so on. */
export function descendantsOf(pid: number, among = runningProcesses()): RunningProcess[] {
  const children = among.filter(({ parent }) => parent === pid)
  return children.flatMap((child) => [child, ...descendantsOf(child.pid, among)])
}

/** The compute children of a server: those that work and those that wait for work. */
export function computeChildrenOf(serverPid: number): number[] {
  return descendantsOf(serverPid)
    .filter(({ command }) => /compute[\\/]child\.[tj]s/.test(command))
    .map(({ pid }) => pid)
}

/** Waits until none of the processes runs any more. */
export async function untilGone(processes: RunningProcess[]): Promise<void> {
  const pids = new Set(processes.map(({ pid }) => pid))
  let left: RunningProcess[] = []
  const look = (): boolean => {
    left = runningProcesses().filter(({ pid }) => pids.has(pid))
    return left.length === 0
  }
  await until('processes should have ended', look).catch((error: unknown) => {
    throw new Error(`Still running: ${left.map(({ pid, command }) => `${pid} ${command}`).join('; ')}`, {
      cause: error,
    })
  })
}

/** Sends a signal to a process that may have ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
