import { AppError, type UserError } from '../../errors.ts'
import type { Transaction } from '../repository.ts'
import { idempotencyKeyProblems, type IdempotentCall, keyConflict } from './idempotency-key.ts'
import type { IdempotencyRepository } from './idempotency.repository.ts'

export type { IdempotentCall }

/** What was made, as part of a transaction. */
export interface Made<Answer> {
  answer: Answer
  /** By which it is found again. Null: nothing was made, because of user errors; then nothing is kept. */
  ids: string[] | null
}

/** Begins when all is checked. Null: what was checked has changed meanwhile, and has to be checked again. */
export type Make<Answer> = (transaction: Transaction) => Promise<Made<Answer> | null>

/** The parts of a mutation that makes something. */
export interface Mutation<Answer extends { userErrors: UserError[] }> {
  /** What was made under these ids, as an answer. Null: it came to nothing, and is made anew. */
  again: (ids: string[]) => Promise<Answer | null>
  /** An answer of user errors alone. */
  refuse: (userErrors: UserError[]) => Answer
  /** Checks what is asked: an answer of user errors, or what makes it. Uses the transaction it is given and no other. */
  make: () => Promise<Answer | Make<Answer>>
}

/** Others were quicker each time: then something is wrong. */
const MOST_ATTEMPTS = 20

/** Answers the same request with the same object, however often it is sent. */
export class IdempotencyService {
  readonly #repository: IdempotencyRepository

  constructor(repository: IdempotencyRepository) {
    this.#repository = repository
  }

  /**
   * Makes something once for each key. The same key with the same question is answered with what was made then; with
   * another question it is a CONFLICT user error, and nothing is done.
   *
   * @param call null: there is no key
   */
  async once<Answer extends { userErrors: UserError[] }>(
    call: IdempotentCall | null,
    mutation: Mutation<Answer>,
  ): Promise<Answer> {
    const problems = idempotencyKeyProblems(call?.key)
    if (problems.length > 0) {
      // Whatever else is wrong is told as well.
      const checked = await mutation.make()
      return mutation.refuse([...problems, ...(typeof checked === 'function' ? [] : checked.userErrors)])
    }
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const kept = call === null ? null : await this.#repository.find(call)
      if (call !== null && kept !== null) {
        if (kept.mutation !== call.mutation || kept.questionHash !== call.questionHash)
          return mutation.refuse([keyConflict(call, kept)])
        const answer = await mutation.again(kept.answerIds)
        if (answer !== null) return answer
      }
      const make = await mutation.make()
      if (typeof make !== 'function') return make
      const made = await this.#repository.transaction(async (tx) => {
        if (call !== null) {
          await this.#repository.lock(call, tx)
          const now = await this.#repository.find(call, tx)
          // Another request with the key was quicker.
          if (String(now?.answerIds) !== String(kept?.answerIds)) return null
        }
        const made = await make(tx)
        if (call !== null && made !== null && made.ids !== null) await this.#repository.keep(call, made.ids, tx)
        return made
      })
      if (made !== null) return made.answer
    }
    throw new AppError('CONFLICT', 'The same is being asked by many at this moment. Try again.')
  }
}
