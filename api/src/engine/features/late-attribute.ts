import { Dictionary, type CodedTexts } from '../dictionary.ts'
import type { UnitRows } from '../unit-rows.ts'
import type { LateColumn } from './unit-columns.ts'

/** Events that have an attribute. */
export interface AttributeEvents {
  units: Int32Array
  times: Float64Array
  texts: CodedTexts
}

/**
 * An attribute that no exposure has, from the units' other events: the last value up to the exposure, or else the first
 * one after it. Of several at one instant the least text counts: the answer must not depend on the order of the events.
 */
export class LateAttribute {
  readonly #dictionary = new Dictionary()
  readonly #codes: Int32Array
  readonly #times: Float64Array

  /** @param units with all their exposures: no rows are added later */
  constructor(units: UnitRows) {
    this.#codes = new Int32Array(units.size).fill(-1)
    this.#times = new Float64Array(units.size).fill(Infinity)
  }

  add(rows: UnitRows, { units, times, texts }: AttributeEvents): void {
    const known = this.#dictionary.translate(texts.values)
    for (let i = 0; i < times.length; i++) {
      const row = rows.index.find(units[i * 2]!, units[i * 2 + 1]!)
      if (row < 0 || texts.codes[i]! < 0) continue
      this.#take(row, known[texts.codes[i]!]!, times[i]!, rows.firstExposure[row]!)
    }
  }

  #take(row: number, code: number, time: number, exposure: number): void {
    const best = this.#times[row]!
    const isNearer = time <= exposure ? best > exposure || time > best : best > exposure && time < best
    const texts = this.#dictionary.values
    if (!isNearer && !(time === best && texts[code]! < texts[this.#codes[row]!]!)) return
    this.#codes[row] = code
    this.#times[row] = time
  }

  column({ firstExposure }: UnitRows): LateColumn {
    const isAfterExposure = Uint8Array.from(this.#codes, (code, row) =>
      code >= 0 && this.#times[row]! > firstExposure[row]! ? 1 : 0,
    )
    return { codes: this.#codes, texts: this.#dictionary.values, isAfterExposure }
  }
}
