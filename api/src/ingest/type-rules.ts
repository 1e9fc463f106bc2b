import { EXPOSURE } from '../engine/event-columns.ts'
import { FEW_VALUES } from './few-values.ts'
import type { KernelMemory } from '../kernel/kernel-memory.ts'
import type { ScanPlan } from './scan-plan.ts'

const DOUBLES = 3
const KNOWN = 1
const IS_EXPOSURE = 2
const IS_REQUIRED = 4

/**
 * What events of each type must be, by the type's number: least value, greatest value, and flags. It lies in memory as
 * api/kernel/take-rows.ts reads it.
 */
export class TypeRules {
  readonly #plan: ScanPlan
  readonly #values: Float64Array
  readonly #flags: Int32Array

  constructor(plan: ScanPlan, memory: KernelMemory) {
    this.#plan = plan
    this.#values = memory.float64(FEW_VALUES * DOUBLES)
    this.#flags = new Int32Array(this.#values.buffer, this.#values.byteOffset, this.#values.length * 2)
  }

  /** Where they are in memory. */
  get address(): number {
    return this.#values.byteOffset
  }

  /** Makes known what a type is called. */
  know(type: number, name: string): void {
    const at = type * DOUBLES
    if (this.#flags[(at + 2) * 2] !== 0) return
    const rule = this.#plan.valueRules.get(name)
    this.#values[at] = rule?.minimum ?? -Infinity
    this.#values[at + 1] = rule?.maximum ?? Infinity
    this.#flags[(at + 2) * 2] =
      KNOWN | (name === EXPOSURE ? IS_EXPOSURE : 0) | (rule?.required === true ? IS_REQUIRED : 0)
  }

  isExposure(type: number): boolean {
    return (this.#flags[(type * DOUBLES + 2) * 2]! & IS_EXPOSURE) !== 0
  }

  /** @param value NaN where there is none */
  allows(type: number, value: number, isGiven: boolean): boolean {
    const at = type * DOUBLES
    if (isGiven) return value >= this.#values[at]! && value <= this.#values[at + 1]!
    return (this.#flags[(at + 2) * 2]! & IS_REQUIRED) === 0
  }
}
