import { createHash, randomUUID } from 'node:crypto'
import { hostname } from 'node:os'

/**
 * Names for what a process keeps on the disk while it works. They tell who made it, so that what the dead have left can
 * be removed. The machine is a part of it: containers that share a folder know nothing of each other's processes.
 */
const MACHINE = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)

/** A new name, different each time. */
export function markedName(): string {
  return `${MACHINE}-${process.pid}-${randomUUID()}`
}

/**
 * Whether a name was made on this machine by a process that is gone. Asked when a process starts, before it makes names
 * of its own: those with its process id are then of one before it, which in a container is the rule.
 */
export function isAbandoned(name: string): boolean {
  const [machine, pid] = name.split('-')
  return machine === MACHINE && (Number(pid) === process.pid || !isRunning(Number(pid)))
}

/** Whether a name was made by another process of this machine, and that is gone. May be asked at any time. */
export function isLeftBehind(name: string): boolean {
  const [machine, pid] = name.split('-')
  return machine === MACHINE && Number(pid) !== process.pid && !isRunning(Number(pid))
}

/** Whether a name was made on another machine, of whose processes nothing is known here. */
export function isOfOtherMachine(name: string): boolean {
  return /^[0-9a-f]{8}-\d+-/.test(name) && !name.startsWith(`${MACHINE}-`)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
