import { type Kernel, KernelMemory, kernelOver } from '../kernel/kernel-memory.ts'

/** So many that one in sixteen other marks passes by chance, and not more than stay near the processor. */
const BITS_PER_MARK = 16
const MOST_BITS = 2 ** 26

/**
 * The marks of many keys: of each key its second lane, which is 32 bits of a hash. Tells which ones of a long list of
 * marks are among them (api/kernel/marks.ts). That a mark is says of its key that it may be, as one other key in 2^32 has
 * the same.
 */
export class KeyMarks {
  readonly #memory = new KernelMemory()
  readonly #kernel: Kernel
  readonly #fields: Int32Array
  #list: Int32Array
  #found: Int32Array

  constructor(marks: Int32Array) {
    this.#kernel = kernelOver(this.#memory.memory)
    // A bit for each mark, by which nearly all others are found out, and the marks themselves.
    const bits = this.#memory.int32(powerOfTwo(Math.min(MOST_BITS, marks.length * BITS_PER_MARK)) / 32)
    const slots = this.#memory.int32(powerOfTwo(marks.length * 2))
    this.#fields = this.#memory.int32(5)
    // In the order of api/kernel/marks.ts.
    this.#fields.set([bits.byteOffset, bits.length * 32 - 1, slots.byteOffset, slots.length - 1, 0])
    this.#list = this.#memory.int32(marks.length)
    this.#found = this.#memory.int32(0)
    this.#list.set(marks)
    this.#kernel.addMarks(this.#fields.byteOffset, this.#list.byteOffset, marks.length)
  }

  /** Where a list of so many marks is to be put, to be looked through. The one before is of no more use. */
  list(length: number): Int32Array {
    if (this.#list.length < length) this.#list = this.#memory.int32(length)
    return this.#list.subarray(0, length)
  }

  /** The places at which the list has one of the marks, in order; valid until it is asked again. */
  find({ byteOffset, length }: Int32Array): Int32Array {
    if (this.#found.length <= length) this.#found = this.#memory.int32(length + 1)
    const count = this.#kernel.findMarks(this.#fields.byteOffset, byteOffset, length, this.#found.byteOffset)
    return this.#found.subarray(0, count)
  }
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(32, least)))
}
