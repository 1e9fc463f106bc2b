import { CholeskyDecomposition, Matrix } from 'ml-matrix'

/** A symmetric positive definite matrix, of columns that are kept, ready to be solved with. */
export class Information {
  readonly #scale: Float64Array
  readonly #factor: CholeskyDecomposition | null
  readonly #kept: Int32Array
  readonly #columns: number

  /** @param gram of all columns, row by row; @param kept the columns that count */
  constructor(gram: Float64Array, columns: number, kept: Int32Array) {
    this.#kept = kept
    this.#columns = columns
    // On the scale of correlations, levels of a few users lose no digits to those of millions.
    this.#scale = Float64Array.from(kept, (j) => 1 / Math.sqrt(gram[j * columns + j]!))
    const scaled = Matrix.zeros(kept.length, kept.length)
    // Predictions may have run out of the range of numbers on the way.
    let isFinite = this.#scale.every(Number.isFinite)
    for (let a = 0; a < kept.length; a++) {
      for (let b = 0; b <= a; b++) {
        const entry = gram[kept[a]! * columns + kept[b]!]! * this.#scale[a]! * this.#scale[b]!
        isFinite &&= Number.isFinite(entry)
        scaled.set(a, b, entry)
        scaled.set(b, a, entry)
      }
    }
    const factor = isFinite ? new CholeskyDecomposition(scaled) : null
    this.#factor = factor?.isPositiveDefinite() ? factor : null
  }

  /** Whether it can be solved with at all. */
  get isPositiveDefinite(): boolean {
    return this.#factor !== null
  }

  /** The x with M x = b; 0 for columns that are not kept. */
  solve(b: Float64Array): Float64Array {
    const right = Matrix.columnVector(Array.from(this.#kept, (j, a) => b[j]! * this.#scale[a]!))
    const solution = this.#solve(right)
    const x = new Float64Array(this.#columns)
    this.#kept.forEach((j, a) => (x[j] = solution.get(a, 0) * this.#scale[a]!))
    return x
  }

  #solve(right: Matrix): Matrix {
    if (this.#factor === null) throw new RangeError('information must be positive definite to be solved with')
    return this.#factor.solve(right)
  }

  /** The inverse, row by row; 0 for columns that are not kept. */
  inverse(): Float64Array {
    const k = this.#columns
    const solution = this.#solve(Matrix.eye(this.#kept.length))
    const inverse = new Float64Array(k * k)
    this.#kept.forEach((j, a) =>
      this.#kept.forEach((i, b) => {
        const mean = (solution.get(a, b) + solution.get(b, a)) / 2
        inverse[j * k + i] = mean * this.#scale[a]! * this.#scale[b]!
      }),
    )
    return inverse
  }
}
