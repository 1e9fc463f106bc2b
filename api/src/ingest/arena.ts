/** Of what alignment every array is. */
const ALIGNMENT = 16

/** How many bytes an array takes at most. */
export function arenaBytes(bytes: number): number {
  return bytes + ALIGNMENT
}

/** Gives out memory from its beginning on. */
export class Arena {
  readonly #bytes: Uint8Array
  #used = 0

  /** @param bytes at an address that arrays can have */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  bytes(length: number): Uint8Array {
    const { buffer, byteOffset } = this.#bytes
    const at = this.#used
    this.#used = Math.ceil((at + length) / ALIGNMENT) * ALIGNMENT
    if (at + length > this.#bytes.length) throw new RangeError(`The arena of ${this.#bytes.length} bytes is used up.`)
    return new Uint8Array(buffer, byteOffset + at, length)
  }

  int16(length: number): Int16Array {
    const { buffer, byteOffset } = this.bytes(length * 2)
    return new Int16Array(buffer, byteOffset, length)
  }

  int32(length: number): Int32Array {
    const { buffer, byteOffset } = this.bytes(length * 4)
    return new Int32Array(buffer, byteOffset, length)
  }

  uint32(length: number): Uint32Array {
    const { buffer, byteOffset } = this.bytes(length * 4)
    return new Uint32Array(buffer, byteOffset, length)
  }

  float64(length: number): Float64Array {
    const { buffer, byteOffset } = this.bytes(length * 8)
    return new Float64Array(buffer, byteOffset, length)
  }

  int64(length: number): BigInt64Array {
    const { buffer, byteOffset } = this.bytes(length * 8)
    return new BigInt64Array(buffer, byteOffset, length)
  }
}
