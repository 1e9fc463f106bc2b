import { ATTRIBUTE_PREFIX } from '../engine/event-columns.ts'
import {
  addLanes,
  addText,
  addTime,
  addUnit,
  addValue,
  EVENT_ID_SEED,
  fieldSeed,
  seedOfTextColumn,
} from './content-hash.ts'
import { limits } from './contract.ts'
import type { BlockColumns } from './block-columns.ts'
import { KEY_LANES } from './event-keys.ts'
import { exactMicros, exactNumber, wholeMicros } from './exact-fields.ts'
import { FEW_VALUES } from './few-values.ts'
import type { KernelMemory } from '../kernel/kernel-memory.ts'
import { murmurHash128 } from './murmur-hash.ts'
import { RenamedDictionary } from './renamed-dictionary.ts'
import type { ScanPlan } from './scan-plan.ts'
import { TextDictionary } from './text-dictionary.ts'
import { TextViews } from './text-views.ts'
import { TypeRules } from './type-rules.ts'

/** Longest name of an experiment. */
export const NAME_LENGTH = 256

/** What codes of 16 bits can tell apart. */
export const MOST_CODES = 32_767

/** An event as JavaScript values: one that the scan did not understand and another reader did. */
export interface PlainEvent {
  row: number
  userId: string
  variantId: string | null
  eventType: string
  value: number | null
  micros: number
  eventId: string | null
  /** In the block's order of attributes. */
  attributes: (string | null)[]
}

/** The texts of one attribute: by number where they are few, else as they are. */
export interface AttributeTexts {
  name: string
  column: number
  seed: number
  dictionary: TextDictionary | null
  /** -1 where there is none. */
  codes: Int16Array
  texts: TextViews | null
}

/**
 * The events of a chunk in flat arrays, one entry a row. A row is looked at byte by byte: no JavaScript text is made of
 * any field, and no expression is evaluated over columns. What a row must be to be taken is what row-rules.ts asks, for
 * the common spellings; any other row, good or bad, is left for the readers that know all spellings and all reasons.
 */
export class EventBlock {
  rows = 0
  row: Uint32Array
  time: Float64Array
  unitHigh: Int32Array
  unitLow: Int32Array
  /** NaN where there is none. */
  value: Float64Array
  variant: Int16Array
  eventType: Int16Array
  readonly userId: TextViews
  readonly eventId: TextViews
  readonly attributes: AttributeTexts[]
  readonly variants: RenamedDictionary
  readonly eventTypes: RenamedDictionary
  hasIds = false
  capacity: number
  /** What each event says, in four lanes. */
  contents: Int32Array
  idHashes: Int32Array
  readonly experiments: RenamedDictionary
  readonly typeRules: TypeRules
  /** Counts how often arrays have moved. */
  moves = 0
  /** Attributes with more texts than a dictionary holds. */
  readonly #overfull = new Set<AttributeTexts>()
  readonly #plan: ScanPlan
  readonly #unitSeed: number
  readonly #memory: KernelMemory
  readonly #hash = new Int32Array(4)
  readonly #double = new Float64Array(1)
  readonly #doubleLanes = new Int32Array(this.#double.buffer)

  /** @param capacity rows to begin with */
  constructor(plan: ScanPlan, unitSeed: number, capacity: number, memory: KernelMemory) {
    this.#plan = plan
    this.#unitSeed = unitSeed
    this.#memory = memory
    this.capacity = capacity
    this.row = memory.uint32(capacity)
    this.time = memory.float64(capacity)
    this.unitHigh = memory.int32(capacity)
    this.unitLow = memory.int32(capacity)
    this.value = memory.float64(capacity)
    this.variant = memory.int16(capacity)
    this.eventType = memory.int16(capacity)
    this.userId = new TextViews(capacity, memory)
    this.eventId = new TextViews(plan.eventId === null ? 0 : capacity, memory)
    this.contents = memory.int32(capacity * KEY_LANES)
    this.idHashes = memory.int32(plan.eventId === null ? 0 : capacity * KEY_LANES)
    this.attributes = plan.attributes.map(({ name, column }) => {
      const seed = seedOfTextColumn(`${ATTRIBUTE_PREFIX}${name}`)
      const dictionary = new TextDictionary(seed, FEW_VALUES, memory)
      return { name, column, seed, dictionary, codes: memory.int16(capacity), texts: null }
    })
    const { variantIds, eventTypeNames, experimentNames } = plan
    const renamed = (seed: number, rename: (text: string) => string | null): RenamedDictionary =>
      new RenamedDictionary(seed, FEW_VALUES, rename, memory)
    this.variants = renamed(fieldSeed.variant_id, (text) => variantIds.get(text) ?? null)
    this.eventTypes = renamed(fieldSeed.event_type, (text) => {
      const type = eventTypeNames.get(text) ?? text
      return Buffer.byteLength(type) > limits.eventTypeLength ? null : type
    })
    this.experiments = renamed(0, (text) => (experimentNames.includes(text) ? text : null))
    this.typeRules = new TypeRules(plan, memory)
  }

  /**
   * Takes a row whose fields are `bytes[starts[column], ends[column])`. Returns false, and takes nothing, when it is not
   * spelled in one of the common ways or breaks a rule.
   */
  take(bytes: Uint8Array, starts: Int32Array, ends: Int32Array, rowNumber: number): boolean {
    const plan = this.#plan
    const index = this.#begin()
    const sums = this.contents

    const userStart = starts[plan.userId]!
    const userEnd = ends[plan.userId]!
    if (userEnd === userStart || !isPlain(bytes, userStart, userEnd, limits.userIdLength)) return false

    const microsOf = plan.timesAreMicros ? wholeMicros : exactMicros
    const micros = microsOf(bytes, starts[plan.timestamp]!, ends[plan.timestamp]!)
    if (!(micros >= plan.earliestMicros && micros <= plan.latestMicros)) return false

    const typeStart = starts[plan.eventType]!
    const typeEnd = ends[plan.eventType]!
    if (typeEnd === typeStart || !isPlain(bytes, typeStart, typeEnd, limits.eventTypeLength)) return false
    const eventType = this.eventTypes.codeOf(bytes, typeStart, typeEnd)
    if (eventType < 0) return false
    const rules = this.typeRules
    rules.know(eventType, this.eventTypes.meanings.texts[eventType]!)

    if (plan.experimentId !== null) {
      const start = starts[plan.experimentId]!
      const end = ends[plan.experimentId]!
      if (end > start && (!isPlain(bytes, start, end, NAME_LENGTH) || this.experiments.codeOf(bytes, start, end) < 0))
        return false
    }

    let variant = -1
    if (plan.variant !== null) {
      const start = starts[plan.variant]!
      const end = ends[plan.variant]!
      if (end > start) {
        if (!isPlain(bytes, start, end, limits.recordBytes)) return false
        variant = this.variants.codeOf(bytes, start, end)
        if (variant < 0) return false
      }
    }
    if (variant < 0 && rules.isExposure(eventType)) return false

    let value = NaN
    const hasValue = plan.value !== null && ends[plan.value]! > starts[plan.value]!
    if (hasValue) value = exactNumber(bytes, starts[plan.value!]!, ends[plan.value!]!)
    if (!rules.allows(eventType, value, hasValue)) return false

    for (let place = 0; place < this.attributes.length; place++) {
      const attribute = this.attributes[place]!
      const start = starts[attribute.column]!
      const end = ends[attribute.column]!
      if (end > start && !isPlain(bytes, start, end, limits.attributeValueLength)) return false
      if (!setAttribute(attribute, index, bytes, start, end, FEW_VALUES, sums)) {
        this.#overfull.add(attribute)
        return false
      }
    }

    if (plan.eventId !== null) {
      const start = starts[plan.eventId]!
      const end = ends[plan.eventId]!
      if (end > start && !isPlain(bytes, start, end, limits.eventIdLength)) return false
      this.#setEventId(index, bytes, start, end)
    }
    this.#finish(index, rowNumber, bytes, userStart, userEnd, eventType, variant, value, micros)
    return true
  }

  /** Begins anew, for the next chunk; what is known of texts stays. */
  clear(): void {
    this.rows = 0
    this.hasIds = false
    this.userId.clear()
    this.eventId.clear()
    for (const { texts } of this.attributes) texts?.clear()
  }

  /**
   * Whether some attribute turned out to have many texts. Then they are no longer told apart by number, and the chunk
   * must be scanned again from its beginning.
   */
  loosen(): boolean {
    if (this.#overfull.size === 0) return false
    for (const attribute of this.#overfull) {
      attribute.dictionary = null
      attribute.codes = new Int16Array(0)
      attribute.texts = new TextViews(this.capacity, this.#memory)
    }
    this.#overfull.clear()
    this.moves++
    return true
  }

  /** Takes an event that another reader has read and checked. Returns false when there are too many different texts. */
  add(event: PlainEvent): boolean {
    const eventType = this.eventTypes.codeOfMeaning(event.eventType)
    if (eventType < 0) return false
    const index = this.#begin()
    const encoder = new TextEncoder()
    for (const [place, attribute] of this.attributes.entries()) {
      const text = encoder.encode(event.attributes[place] ?? '')
      if (!setAttribute(attribute, index, text, 0, text.length, MOST_CODES, this.contents)) return false
    }
    if (this.#plan.eventId !== null) {
      const id = encoder.encode(event.eventId ?? '')
      this.#setEventId(index, id, 0, id.length)
    }
    const user = encoder.encode(event.userId)
    const variant = event.variantId === null ? -1 : this.variants.codeOfMeaning(event.variantId)
    this.#finish(index, event.row, user, 0, user.length, eventType, variant, event.value ?? NaN, event.micros)
    return true
  }

  /** Makes room for a row; returns its index. */
  #begin(): number {
    const index = this.rows
    if (index === this.capacity) this.#grow()
    const sums = this.contents
    const at = index * KEY_LANES
    sums[at] = 0
    sums[at + 1] = 0
    sums[at + 2] = 0
    sums[at + 3] = 0
    return index
  }

  #setEventId(index: number, bytes: Uint8Array, start: number, end: number): void {
    this.eventId.set(index, bytes, start, end)
    if (end === start) return
    this.hasIds = true
    murmurHash128(bytes, start, end, EVENT_ID_SEED, this.idHashes, index * KEY_LANES)
  }

  #finish(
    index: number,
    rowNumber: number,
    bytes: Uint8Array,
    userStart: number,
    userEnd: number,
    eventType: number,
    variant: number,
    value: number,
    micros: number,
  ): void {
    this.userId.set(index, bytes, userStart, userEnd)
    const hash = this.#hash
    murmurHash128(bytes, userStart, userEnd, this.#unitSeed, hash, 0)
    const low = hash[0]!
    const high = hash[1]!
    this.row[index] = rowNumber
    this.time[index] = micros
    this.unitLow[index] = low
    this.unitHigh[index] = high
    this.value[index] = value
    this.variant[index] = variant
    this.eventType[index] = eventType
    const sums = this.contents
    const at = index * KEY_LANES
    addUnit(low, high, sums, at)
    const timeHigh = Math.floor(micros / 0x1_0000_0000)
    addTime((micros - timeHigh * 0x1_0000_0000) | 0, timeHigh, sums, at)
    if (!Number.isNaN(value)) {
      this.#double[0] = value
      addValue(this.#doubleLanes[0]!, this.#doubleLanes[1]!, sums, at)
    }
    addLanes(this.eventTypes.meanings.hashes, eventType * 4, sums, at)
    if (variant >= 0) addLanes(this.variants.meanings.hashes, variant * 4, sums, at)
    this.rows++
  }

  /** What the block holds: valid until it is cleared or takes another row. */
  columns(): BlockColumns {
    const { row, time, unitHigh, unitLow, value, userId, eventId } = this
    return {
      memory: this.#memory.memory,
      ...{ row, time, unitHigh, unitLow, value },
      variant: { codes: this.variant, texts: this.variants.meanings.texts },
      eventType: { codes: this.eventType, texts: this.eventTypes.meanings.texts },
      userId: userId.column(),
      eventId: this.hasIds ? eventId.column() : null,
      attributes: this.attributes.map(({ name, dictionary, codes, texts }) => ({
        name,
        column: dictionary === null ? texts!.column() : { codes, texts: dictionary.texts },
      })),
      contents: this.contents,
      idHashes: this.idHashes,
    }
  }

  /** Memory that the block's columns are in too: what it held for the same purpose before is lost. */
  scratch(purpose: 'KEYS' | 'PART', bytes: number): Uint8Array {
    return this.#memory.scratch(purpose, bytes)
  }

  #grow(): void {
    const capacity = Math.max(1024, this.capacity * 2)
    const memory = this.#memory
    this.capacity = capacity
    this.moves++
    const grown = <Values extends Uint32Array | Int32Array | Int16Array | Float64Array>(from: Values, to: Values) => {
      to.set(from)
      return to
    }
    this.row = grown(this.row, memory.uint32(capacity))
    this.time = grown(this.time, memory.float64(capacity))
    this.unitHigh = grown(this.unitHigh, memory.int32(capacity))
    this.unitLow = grown(this.unitLow, memory.int32(capacity))
    this.value = grown(this.value, memory.float64(capacity))
    this.variant = grown(this.variant, memory.int16(capacity))
    this.eventType = grown(this.eventType, memory.int16(capacity))
    this.userId.grow(capacity)
    this.contents = grown(this.contents, memory.int32(capacity * KEY_LANES))
    if (this.#plan.eventId !== null) {
      this.eventId.grow(capacity)
      this.idHashes = grown(this.idHashes, memory.int32(capacity * KEY_LANES))
    }
    for (const attribute of this.attributes) {
      if (attribute.dictionary !== null) attribute.codes = grown(attribute.codes, memory.int16(capacity))
      attribute.texts?.grow(capacity)
    }
  }
}

/**
 * Sets an attribute of a row to a text, an empty one standing for none, and adds it to what the event says. Returns false
 * when the attribute has too many texts for numbers.
 */
function setAttribute(
  { dictionary, codes, texts, seed }: AttributeTexts,
  index: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  most: number,
  sums: Int32Array,
): boolean {
  if (dictionary === null) {
    texts!.set(index, bytes, start, end)
    if (end > start) addText(bytes, start, end, seed, sums, index * KEY_LANES)
    return true
  }
  codes[index] = -1
  if (end === start) return true
  const code = dictionary.codeOf(bytes, start, end, most)
  if (code < 0) return false
  codes[index] = code
  addLanes(dictionary.hashes, code * 4, sums, index * KEY_LANES)
  return true
}

const SPACE = 32
/** First byte of a space that does not break lines, and its last. */
const NBSP_FIRST = 0xc2
const NBSP_LAST = 0xa0

/** Whether a field is short enough for its limit in characters, and has no white space around it. */
function isPlain(bytes: Uint8Array, start: number, end: number, limit: number): boolean {
  const first = bytes[start]!
  const last = bytes[end - 1]!
  return end - start <= limit && first > SPACE && first !== NBSP_FIRST && last > SPACE && last !== NBSP_LAST
}
