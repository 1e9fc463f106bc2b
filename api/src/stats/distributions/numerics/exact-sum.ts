import { productError, sumError } from './exact-arithmetic.ts'

/**
 * A sum that is kept in two doubles: what cancels in it leaves twice the digits of a plain sum. Hazard: as
 * `productError`.
 *
 * See Ogita, Rump and Oishi (2005), "Accurate sum and dot product".
 */
export class ExactSum {
  #sum: number
  #rest = 0

  constructor(start = 0) {
    this.#sum = start
  }

  add(x: number): this {
    const sum = this.#sum + x
    this.#rest += sumError(this.#sum, x, sum)
    this.#sum = sum
    return this
  }

  addProduct(a: number, b: number): this {
    const product = a * b
    this.#rest += productError(a, b, product)
    return this.add(product)
  }

  get value(): number {
    return this.#sum + this.#rest
  }
}
