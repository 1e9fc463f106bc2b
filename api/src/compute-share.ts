import { totalmem } from 'node:os'
import process from 'node:process'

/** A child that has only just started takes 200; with less than this no file could be read. */
export const LEAST_COMPUTE_MEMORY_MB = 384

/** A computation that may take more than this is not faster. */
const MOST_COMPUTE_MEMORY_MB = 4096

/** What the server itself takes, and the embedded database. */
const SERVER_MEMORY_MB = 512

/** Memory of the machine, or of the container where that has less. */
export function machineMemoryMb(): number {
  // 0 where nothing is known, and more than there is where nothing is bounded.
  const allowed = process.constrainedMemory()
  return Math.floor(Math.min(totalmem(), allowed > 0 ? allowed : Number.POSITIVE_INFINITY) / 2 ** 20)
}

/** What one computation may take by default: half of what there is. */
export function computeMemoryFor(memoryMb: number): number {
  return Math.max(LEAST_COMPUTE_MEMORY_MB, Math.round(Math.min(MOST_COMPUTE_MEMORY_MB, memoryMb / 2)))
}

/** Computations at once by default: one core is left to the server, and memory has to suffice for all of them. */
export function computeConcurrencyFor(machine: { cores: number; memoryMb: number; computeMemoryMb: number }): number {
  const byCores = machine.cores - 1
  const byMemory = Math.floor((machine.memoryMb - SERVER_MEMORY_MB) / machine.computeMemoryMb)
  return Math.max(1, Math.min(byCores, byMemory))
}
