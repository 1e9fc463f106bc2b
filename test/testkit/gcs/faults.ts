import type { IncomingMessage } from 'node:http'

/** Something that goes wrong at a request. */
export interface Fault {
  /** `METHOD path?query` of the requests that it is about. */
  at: RegExp
  /** How many of them; 1 by default. */
  times?: number
  /** Is answered at once with this status. */
  status?: number
  /** The connection breaks when so many bytes of the body have come. */
  cutRequestAfter?: number
  /** All is done, and the connection breaks before the answer. */
  loseAnswer?: boolean
  /** The connection breaks when so many bytes of the answer have gone. */
  cutAnswerAfter?: number
  /** One byte of an object is another one when it arrives. */
  isDamaged?: boolean
}

export class Faults {
  #faults: (Fault & { left: number })[] = []

  add(fault: Fault): void {
    this.#faults.push({ ...fault, left: fault.times ?? 1 })
  }

  clear(): void {
    this.#faults = []
  }

  /** What goes wrong at this request, once less from now on. */
  next(request: IncomingMessage): Fault | null {
    const text = `${request.method} ${request.url}`
    const fault = this.#faults.find(({ at, left }) => left > 0 && at.test(text))
    if (fault !== undefined) fault.left--
    return fault ?? null
  }
}
