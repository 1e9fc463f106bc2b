import { writeFileSync } from 'node:fs'

/**
 * Loaded into the server before its own code (by NODE_OPTIONS). On SIGUSR2 it writes what it saw since the last time to
 * the file that BENCH_LOOP_FILE names, and begins anew.
 */
export interface EventLoopFigures {
  /** Longest wait of a timer that was due, in ms: all that kept the loop busy, and all that kept the process from a core. */
  longestWaitMs: number
  /** Most processor time that the main thread took between two turns, in ms: blocked by its own work. */
  longestTurnMs: number
}

const INTERVAL_MS = 5
const file = process.env.BENCH_LOOP_FILE

// Children of the server inherit the option; only the server itself is watched.
if (file !== undefined && /main\.[tj]s$/.test(process.argv[1] ?? '')) {
  let figures: EventLoopFigures = { longestWaitMs: 0, longestTurnMs: 0 }
  let at = performance.now()
  let cpu = process.threadCpuUsage()
  setInterval(() => {
    const { user, system } = process.threadCpuUsage(cpu)
    const now = performance.now()
    figures.longestWaitMs = Math.max(figures.longestWaitMs, now - at - INTERVAL_MS)
    figures.longestTurnMs = Math.max(figures.longestTurnMs, (user + system) / 1000)
    at = now
    cpu = process.threadCpuUsage()
  }, INTERVAL_MS).unref()
  process.on('SIGUSR2', () => {
    writeFileSync(file, JSON.stringify(figures))
    figures = { longestWaitMs: 0, longestTurnMs: 0 }
  })
}
