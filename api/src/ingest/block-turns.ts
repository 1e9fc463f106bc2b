import { EventBlock } from './event-block.ts'
import type { KernelMemory } from '../kernel/kernel-memory.ts'
import type { ScanPlan } from './scan-plan.ts'

/** Two blocks that take turns: while one is filled, the events of the other are written. */
export class BlockTurns {
  readonly #make: () => EventBlock
  #current: EventBlock | null = null
  #other: EventBlock | null = null

  /** @param capacity rows of a block to begin with: memory that is not written to is not taken */
  constructor(plan: ScanPlan, unitSeed: number, capacity: number, memory: KernelMemory) {
    this.#make = () => new EventBlock(plan, unitSeed, capacity, memory)
  }

  /** The block for the next chunk. */
  next(): EventBlock {
    const next = this.#other ?? this.#make()
    this.#other = this.#current
    this.#current = next
    return next
  }
}

/** Where more records than this are odd, the readers of whole columns are faster. */
const MOST_ODD = 0.25
/** Of fewer records nothing can be said about shares. */
const ENOUGH_RECORDS = 1_000

/** Whether so many of a chunk's records are left to other readers that these should read all of it. */
export function isMostlyOdd(odd: number, records: number): boolean {
  return records >= ENOUGH_RECORDS && odd > records * MOST_ODD
}
