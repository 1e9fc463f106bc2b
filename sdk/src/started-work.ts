import type { CallOptions } from './transport.ts'
import type { Job } from './types.ts'

export interface ResultOptions extends CallOptions {
  /** Called with every state of the job until it has ended. */
  onJob?: (job: Job) => void
}

/**
 * A call that begins work on the server: a promise of what it answers with at once, and a way to wait for what comes of
 * it. The call is made once, however often it is awaited.
 */
export class StartedWork<Payload extends { job: Job | null }, Value, Result> implements Promise<Value> {
  readonly [Symbol.toStringTag] = 'StartedWork'
  /** All that the server answered. */
  readonly payload: Promise<Payload>
  readonly #value: (payload: Payload) => Value
  readonly #result: (payload: Payload, options: ResultOptions) => Promise<Result>

  constructor(
    payload: Promise<Payload>,
    value: (payload: Payload) => Value,
    result: (payload: Payload, options: ResultOptions) => Promise<Result>,
  ) {
    this.payload = payload
    this.#value = value
    this.#result = result
  }

  /** The job that does the work, as it was when the call was answered. */
  get job(): Promise<Payload['job']> {
    return this.payload.then(({ job }) => job)
  }

  /**
   * Waits until the work is done. A lost connection is opened again; when that fails for long, or the signal ends the
   * waiting, the work goes on and `result()` may be called anew.
   */
  async result(options: ResultOptions = {}): Promise<Result> {
    return this.#result(await this.payload, options)
  }

  then<Kept = Value, Caught = never>(
    onFulfilled?: ((value: Value) => Kept | PromiseLike<Kept>) | null,
    onRejected?: ((reason: unknown) => Caught | PromiseLike<Caught>) | null,
  ): Promise<Kept | Caught> {
    return this.payload.then(this.#value).then(onFulfilled, onRejected)
  }

  catch<Caught = never>(
    onRejected?: ((reason: unknown) => Caught | PromiseLike<Caught>) | null,
  ): Promise<Value | Caught> {
    return this.then(null, onRejected)
  }

  finally(onFinally?: (() => void) | null): Promise<Value> {
    return this.then().finally(onFinally)
  }
}
