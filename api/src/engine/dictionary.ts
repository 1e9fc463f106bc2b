/** Texts by small numbers, given out in the order in which the texts come. */
export class Dictionary {
  readonly values: string[] = []
  readonly #codes = new Map<string, number>()

  constructor(values: Iterable<string> = []) {
    for (const value of values) this.codeOf(value)
  }

  has(value: string): boolean {
    return this.#codes.has(value)
  }

  /** The text's number; a new text gets the next one. */
  codeOf(value: string): number {
    let code = this.#codes.get(value)
    if (code === undefined) {
      code = this.values.length
      this.values.push(value)
      this.#codes.set(value, code)
    }
    return code
  }

  /** The numbers here of the texts of another list, by their place in it. */
  translate(values: readonly string[]): Int32Array {
    return Int32Array.from(values, (value) => this.codeOf(value))
  }
}

/** A column of texts as numbers into a list; -1 where there is none. */
export interface CodedTexts {
  codes: Int32Array
  values: readonly string[]
}
