import { Dictionary } from '../dictionary.ts'
import { GrowingColumn } from './growing-column.ts'

/** A unit without a value. */
export const MISSING = -1
/** A unit with a value that is not told apart from others: there were too many. */
export const UNTOLD = -2

/** So many texts are told apart; of further ones it is only known that they are others. */
const MAX_TEXTS = 200_000

/** The values of a feature that are numbers, by unit; NaN where there is none. */
export interface NumberValues {
  kind: 'NUMBERS'
  values: Float64Array
}

/** The values of a feature that are texts, by unit: codes of a list, MISSING or UNTOLD. */
export interface TextValues {
  kind: 'TEXTS'
  codes: Int32Array
  texts: readonly string[]
  /** Different texts, those that are not told apart included. */
  distinct: number
}

/**
 * Gathers the texts of a feature, piece by piece. When there are too many of them and all are numbers, they are kept as
 * numbers; when they are not, further ones are not told apart: memory must have a bound, and so many levels are of no use.
 */
export class TextColumn {
  readonly #dictionary = new Dictionary()
  #codes: GrowingColumn<Int32Array> | null = new GrowingColumn(Int32Array)
  #numbers: GrowingColumn<Float64Array> | null = null
  #untold = 0
  /** The list that was translated last, and what its texts are here: a list comes with many blocks of units. */
  #last: { texts: readonly string[]; known: Int32Array | Float64Array } | null = null

  /** @param texts the list that the codes are about, which stays as it is; codes below 0 are units without a value */
  add(codes: Int32Array, texts: readonly string[]): void {
    if (this.#last?.texts !== texts) {
      if (this.#numbers === null && this.#dictionary.values.length + texts.length > MAX_TEXTS)
        this.#becomeNumbers(texts)
      this.#last = { texts, known: this.#numbers === null ? this.#translate(texts) : numbersIn(texts) }
    }
    const { known } = this.#last
    const { values, from } = (this.#numbers ?? this.#codes!).extend(codes.length)
    if (this.#numbers !== null) {
      for (let i = 0; i < codes.length; i++) values[from + i] = codes[i]! < 0 ? Number.NaN : known[codes[i]!]!
      return
    }
    for (let i = 0; i < codes.length; i++) values[from + i] = codes[i]! < 0 ? MISSING : known[codes[i]!]!
  }

  get values(): NumberValues | TextValues {
    if (this.#numbers !== null) return { kind: 'NUMBERS', values: this.#numbers.values }
    const texts = this.#dictionary.values
    return { kind: 'TEXTS', codes: this.#codes!.values, texts, distinct: texts.length + this.#untold }
  }

  /** Codes here of a piece's texts. Units are hashes, so pieces of an identifier have no texts in common. */
  #translate(texts: readonly string[]): Int32Array {
    const room = MAX_TEXTS - this.#dictionary.values.length
    if (texts.length <= room) return this.#dictionary.translate(texts)
    return Int32Array.from(texts, (text) => {
      if (this.#dictionary.values.length < MAX_TEXTS || this.#dictionary.has(text)) return this.#dictionary.codeOf(text)
      this.#untold++
      return UNTOLD
    })
  }

  #becomeNumbers(next: readonly string[]): void {
    const known = this.#dictionary.values
    if (!known.every(isNumber) || !next.every(isNumber)) return
    const numbers = numbersIn(known)
    const codes = this.#codes!.values
    this.#numbers = new GrowingColumn(Float64Array)
    const { values, from } = this.#numbers.extend(codes.length)
    for (let i = 0; i < codes.length; i++) values[from + i] = codes[i]! < 0 ? Number.NaN : numbers[codes[i]!]!
    this.#codes = null
  }
}

function numbersIn(texts: readonly string[]): Float64Array {
  return Float64Array.from(texts, (text) => (isNumber(text) ? Number(text) : Number.NaN))
}

/** Whether a text is written as a decimal number. */
export function isNumber(text: string): boolean {
  return NUMBER.test(text) && Number.isFinite(Number(text))
}
const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/
