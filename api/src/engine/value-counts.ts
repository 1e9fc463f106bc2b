import type { Block } from './block.ts'
import type { Scratch } from './memory.ts'

/** A list in api/kernel/values.ts: zeros as a double, address and count. */
const LIST_BYTES = 16
const FIRST_VALUES = 4096
/** Room for the numbers of api/kernel/values.ts' sortDoubles. */
const BUCKETS = 6 * 2 ** 11

/** How often each value of a measure occurs among the units of each variant. Most units have 0, which is only counted. */
export class ValueCounts {
  readonly #memory: Scratch
  readonly #measure: number
  /** Fields of the lists, as doubles and as whole numbers. */
  readonly #zeros: Float64Array
  readonly #fields: Int32Array
  /** Values other than 0, by variant. */
  readonly #values: Float64Array[]

  constructor(measure: number, variants: number, memory: Scratch) {
    this.#memory = memory
    this.#measure = measure
    this.#zeros = memory.float64((variants * LIST_BYTES) / Float64Array.BYTES_PER_ELEMENT)
    this.#fields = new Int32Array(this.#zeros.buffer, this.#zeros.byteOffset, this.#zeros.length * 2)
    this.#values = Array.from({ length: variants }, () => memory.float64(0))
  }

  add({ columns, variants, active, zeros }: Block): void {
    for (let variant = 0; variant < this.#values.length; variant++) this.#reserve(variant, active)
    const values = columns[this.#measure]!
    this.#memory.kernel.listValues(this.#zeros.byteOffset, values.byteOffset, variants.byteOffset, active)
    this.addZeros(zeros)
  }

  /** Units without a value, by variant. */
  addZeros(zeros: Float64Array): void {
    for (let variant = 0; variant < zeros.length; variant++) this.#zeros[variant * 2]! += zeros[variant]!
  }

  /** The distinct values of a variant, ascending, and how often each occurs. Nothing can be added afterwards. */
  sorted(variant: number): { values: Float64Array; counts: Float64Array } {
    const { kernel } = this.#memory
    const own = this.#values[variant]!
    const count = this.#fields[variant * 4 + 3]!
    const room = this.#memory.float64(count)
    const buckets = this.#memory.int32(BUCKETS)
    const address = kernel.sortDoubles(own.byteOffset, room.byteOffset, buckets.byteOffset, count)
    const [sorted, counts] = address === own.byteOffset ? [own, room] : [room, own]
    const distinct = kernel.countRuns(sorted.byteOffset, counts.byteOffset, count)
    return withZeros(sorted.subarray(0, distinct), counts.subarray(0, distinct), this.#zeros[variant * 2]!)
  }

  /** Makes room for so many more. */
  #reserve(variant: number, more: number): void {
    const known = this.#values[variant]!
    const count = this.#fields[variant * 4 + 3]!
    if (count + more <= known.length) return
    const larger = this.#memory.float64(Math.max(FIRST_VALUES, known.length * 2, count + more))
    larger.set(known.subarray(0, count))
    this.#values[variant] = larger
    this.#fields[variant * 4 + 2] = larger.byteOffset
  }
}

/** The values with 0 among them, where there is any, in memory of their own. */
function withZeros(
  values: Float64Array,
  counts: Float64Array,
  zeros: number,
): { values: Float64Array; counts: Float64Array } {
  if (zeros === 0) return { values: values.slice(), counts: counts.slice() }
  const place = values.findIndex((value) => value > 0)
  const below = place < 0 ? values.length : place
  const inserted = (list: Float64Array, one: number): Float64Array => {
    const longer = new Float64Array(list.length + 1)
    longer.set(list.subarray(0, below))
    longer[below] = one
    longer.set(list.subarray(below), below + 1)
    return longer
  }
  return { values: inserted(values, 0), counts: inserted(counts, zeros) }
}
