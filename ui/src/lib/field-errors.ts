import type { UserError } from '@fairlift/sdk'

/** The mistakes of an input by the place of their field, such as `variants.1.key`. */
export class FieldErrors {
  readonly #errors: readonly UserError[]

  constructor(errors: readonly UserError[] = []) {
    this.#errors = errors
  }

  get all(): readonly UserError[] {
    return this.#errors
  }

  at(field: string): UserError | null {
    return this.#errors.find((error) => error.field.join('.') === field) ?? null
  }

  /** Those that belong to none of the fields that are shown. */
  besides(fields: readonly string[]): UserError[] {
    return this.#errors.filter((error) => !fields.includes(error.field.join('.')))
  }

  without(field: string): FieldErrors {
    return new FieldErrors(this.#errors.filter((error) => error.field.join('.') !== field))
  }

  get isEmpty(): boolean {
    return this.#errors.length === 0
  }
}
