/** How often each value occurs. Most units have 0, which is counted and not kept. */
export class ValueCounts {
  #zeros = 0
  #others = new Float64Array(1024)
  #length = 0

  add(value: number): void {
    if (value === 0) {
      this.#zeros++
      return
    }
    if (this.#length === this.#others.length) {
      const larger = new Float64Array(this.#length * 2)
      larger.set(this.#others)
      this.#others = larger
    }
    this.#others[this.#length++] = value
  }

  addZeros(count: number): void {
    this.#zeros += count
  }

  /** The distinct values, ascending, and how often each occurs. */
  sorted(): { values: number[]; counts: number[] } {
    const sorted = this.#others.subarray(0, this.#length).sort()
    const values: number[] = []
    const counts: number[] = []
    const take = (value: number, count: number): void => {
      values.push(value)
      counts.push(count)
    }
    let zeros = this.#zeros
    for (let from = 0; from < sorted.length;) {
      const value = sorted[from]!
      if (zeros > 0 && value > 0) {
        take(0, zeros)
        zeros = 0
      }
      let to = from + 1
      while (to < sorted.length && sorted[to] === value) to++
      take(value, to - from)
      from = to
    }
    if (zeros > 0) take(0, zeros)
    return { values, counts }
  }
}
