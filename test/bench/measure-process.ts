import { readFileSync, writeFileSync } from 'node:fs'
import { setInterval as every } from 'node:timers/promises'

export interface ProcessFigures {
  /** User and system time of all its threads. */
  cpuMs: number
  peakBytes: number
}

const CLOCK_TICK_MS = 10
const LOOK_INTERVAL_MS = 100

/**
 * Follows processes from outside while they work. Linux keeps the peak of each; the processor time of one that ends is
 * known up to the last look.
 */
export class ProcessMeter {
  readonly #stop = new AbortController()
  readonly #done: Promise<void>
  readonly #first = new Map<number, number>()
  readonly #last = new Map<number, number>()
  #peakBytes = 0

  constructor(pids: () => number[]) {
    for (const pid of pids()) forgetPeak(pid)
    const look = (): void => {
      for (const pid of pids()) this.#look(pid)
    }
    look()
    this.#done = (async () => {
      try {
        for await (const _ of every(LOOK_INTERVAL_MS, undefined, { signal: this.#stop.signal })) look()
      } catch (error) {
        if (!this.#stop.signal.aborted) throw error
      }
      look()
    })()
  }

  /** Figures since it was made; the peak is that of the largest process. */
  async stop(): Promise<ProcessFigures> {
    this.#stop.abort()
    await this.#done
    const cpuMs = [...this.#last].reduce((sum, [pid, last]) => sum + last - this.#first.get(pid)!, 0)
    return { cpuMs, peakBytes: this.#peakBytes }
  }

  #look(pid: number): void {
    try {
      const cpuMs = processorMsOf(pid)
      if (!this.#first.has(pid)) this.#first.set(pid, cpuMs)
      this.#last.set(pid, cpuMs)
      const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
      this.#peakBytes = Math.max(this.#peakBytes, Number(peak?.[1] ?? 0) * 1024)
    } catch {
      // It has ended.
    }
  }
}

/** User and system time of a process up to now. Throws when there is no such process. */
export function processorMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_MS
}

/** The system keeps the peak of a process's life; from here on it counts anew. */
function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
  } catch {
    // It has ended.
  }
}
