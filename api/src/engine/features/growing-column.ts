type Values = Float64Array | Int32Array | Uint32Array | Int16Array | Uint8Array

/** A column of numbers that grows at its end. */
export class GrowingColumn<Kind extends Values> {
  length = 0
  #values: Kind
  readonly #make: new (length: number) => Kind

  constructor(make: new (length: number) => Kind) {
    this.#make = make
    this.#values = new make(FIRST_LENGTH)
  }

  /** Makes room for so many more values and returns where they go; the caller fills them in from `from` on. */
  extend(count: number): { values: Kind; from: number } {
    const from = this.length
    this.length += count
    if (this.length > this.#values.length) {
      const larger = new this.#make(Math.max(this.length, this.#values.length * 2))
      larger.set(this.#values)
      this.#values = larger
    }
    return { values: this.#values, from }
  }

  /** The values that were put in. */
  get values(): Kind {
    return this.#values.subarray(0, this.length) as Kind
  }
}
const FIRST_LENGTH = 4096
