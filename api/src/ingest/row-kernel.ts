import { EVENT_ID_SEED } from './content-hash.ts'
import { limits } from './contract.ts'
import { NAME_LENGTH, type EventBlock } from './event-block.ts'
import { kernelOver, type KernelMemory } from '../kernel/kernel-memory.ts'
import type { ScanPlan } from './scan-plan.ts'

/** Bytes that are looked at at a time: they stay near the processor. */
export const WINDOW_BYTES = 1 << 18

/** The numbers that change as rows are taken, by their place after the two doubles. */
const START = 0
const END = 1
const EVENTS = 2
const CAPACITY = 3
const ROW_NUMBER = 4
const HAS_IDS = 5

const EXACT_DIGITS = 15

/**
 * Takes the rows of CSV text into an event block, by the loop of api/kernel/take-rows.ts. It takes what EventBlock.take
 * would take, as far as all of its texts are known to the block already; a row that it leaves is for that one.
 */
export class RowKernel {
  readonly #memory: KernelMemory
  readonly #plan: ScanPlan
  readonly #unitSeed: number
  readonly #file: { separator: number; fields: number }
  readonly #window: Uint8Array
  readonly #ends: Int32Array
  readonly #powers: Float64Array
  readonly #attributes: Int32Array
  readonly #times: Float64Array
  readonly #state: Int32Array
  /** The block whose addresses are in the state, and how often its arrays had moved. */
  #block: EventBlock | null = null
  #moves = -1

  constructor(memory: KernelMemory, plan: ScanPlan, unitSeed: number, file: { separator: number; fields: number }) {
    this.#memory = memory
    this.#plan = plan
    this.#unitSeed = unitSeed
    this.#file = file
    this.#window = memory.bytes(WINDOW_BYTES)
    this.#ends = memory.int32(file.fields + 1)
    this.#powers = memory.float64(EXACT_DIGITS + 1)
    this.#powers.set(this.#powers.map((_, power) => 10 ** power))
    this.#attributes = memory.int32(plan.attributes.length * ATTRIBUTE_NUMBERS)
    this.#times = memory.float64(2 + STATE_NUMBERS / 2)
    this.#times.set([plan.earliestMicros, plan.latestMicros])
    this.#state = new Int32Array(this.#times.buffer, this.#times.byteOffset + 16, STATE_NUMBERS)
  }

  /** Sets the text: whole lines of UTF-8, not more than a window's bytes. */
  setWindow(lines: Uint8Array): void {
    this.#window.set(lines)
    this.#state[END] = this.#window.byteOffset + lines.length
  }

  /**
   * Takes rows from a place in the window on, up to the first that is not for it.
   *
   * @param rowNumber of the first row in the file
   * @returns where the first row that was not taken begins
   */
  take(block: EventBlock, from: number, rowNumber: number): number {
    if (block !== this.#block || block.moves !== this.#moves) this.#tellAddresses(block)
    const state = this.#state
    state[START] = this.#window.byteOffset + from
    state[EVENTS] = block.rows
    state[ROW_NUMBER] = rowNumber
    state[HAS_IDS] = 0
    kernelOver(this.#memory.memory).takeRows(this.#times.byteOffset)
    block.rows = state[EVENTS]!
    if (state[HAS_IDS] !== 0) block.hasIds = true
    return state[START]! - this.#window.byteOffset
  }

  #tellAddresses(block: EventBlock): void {
    this.#block = block
    this.#moves = block.moves
    const plan = this.#plan
    const at = ({ byteOffset }: ArrayBufferView): number => byteOffset
    this.#attributes.set(
      block.attributes.flatMap(({ column, seed, dictionary, codes, texts }) => [
        ...[column, seed, dictionary?.address ?? 0],
        ...[dictionary === null ? 0 : at(codes), texts?.address ?? 0],
      ]),
    )
    const { userIdLength, eventTypeLength, eventIdLength, attributeValueLength, recordBytes } = limits
    this.#state[CAPACITY] = block.capacity
    // In the order of api/kernel/take-rows.ts.
    const constants = [
      ...[this.#file.separator, this.#file.fields, at(this.#ends), at(this.#powers)],
      ...[this.#unitSeed, EVENT_ID_SEED, recordBytes, userIdLength, eventTypeLength],
      ...[NAME_LENGTH, eventIdLength, attributeValueLength, Number(plan.timesAreMicros)],
      ...[plan.userId, plan.eventType, plan.timestamp],
      ...[plan.experimentId, plan.variant, plan.value, plan.eventId].map((column) => column ?? -1),
      ...[block.eventTypes.address, block.variants.address, block.experiments.address, block.typeRules.address],
      ...[at(this.#attributes), block.attributes.length, block.userId.address, block.eventId.address],
      ...[block.row, block.time, block.unitHigh, block.unitLow, block.value].map(at),
      ...[block.variant, block.eventType, block.contents, block.idHashes].map(at),
    ]
    this.#state.set(constants, HAS_IDS + 1)
  }
}

const ATTRIBUTE_NUMBERS = 5
const STATE_NUMBERS = 44
