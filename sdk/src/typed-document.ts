/** Carries the types of a GraphQL operation's result and variables; nothing of it exists at run time. */
export interface DocumentTypeDecoration<Result, Variables> {
  __apiType?: (variables: Variables) => Result
}

/**
 * The text of a GraphQL operation, with the types of its result and variables. Documents that GraphQL Code Generator
 * makes with `documentMode: 'string'` are such, and so is any string (without types).
 */
export interface TypedDocument<Result, Variables> extends DocumentTypeDecoration<Result, Variables> {
  readonly length: number
  toString(): string
}
