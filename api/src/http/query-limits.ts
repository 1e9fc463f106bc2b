import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases'
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth'
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives'
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  type ParseOptions,
  validate,
  type ValidationContext,
  type ValidationRule,
} from 'graphql'
import { type ComplexityEstimator, getComplexity } from 'graphql-query-complexity'
import type { Env } from '../env.ts'
import type { ErrorCode } from '../errors.ts'

/** How large a query may be. What is larger is refused before any of it is done. */
export interface QueryLimits {
  depth: number
  aliases: number
  directives: number
  tokens: number
  cost: number
}

/** A query and what it is asked with. */
export interface AskedQuery {
  document: DocumentNode
  variables: Record<string, unknown> | undefined
  operationName: string | null | undefined
}

/** The limits that the operator has set. */
export function queryLimitsOf(env: Env): QueryLimits {
  return {
    depth: env.MAX_QUERY_DEPTH,
    aliases: env.MAX_QUERY_ALIASES,
    directives: env.MAX_QUERY_DIRECTIVES,
    tokens: env.MAX_QUERY_TOKENS,
    cost: env.MAX_QUERY_COST,
  }
}

/** Stops the parser: a document of a million tokens takes seconds to parse and to check. */
export function parseOptionsFor({ tokens }: QueryLimits): ParseOptions {
  return { maxTokens: tokens }
}

/** What a query, which must be valid, has too much of. */
export function excessesOf(limits: QueryLimits, schema: GraphQLSchema, query: AskedQuery): GraphQLError[] {
  const excesses = validate(schema, query.document, rulesFor(limits))
  return excesses.length > 0 ? [...excesses] : costExcesses(limits.cost, schema, query)
}

/** The rules of the packages say what they counted in a sentence only. */
const FOUND = /found (\d+)/

function rulesFor(limits: QueryLimits): ValidationRule[] {
  const told = (code: ErrorCode, limit: number, tell: (found: number) => string) => ({
    n: limit,
    propagateOnRejection: false,
    onReject: [
      (context: ValidationContext | null, { message }: GraphQLError): void => {
        const found = Number(FOUND.exec(message)?.[1] ?? Number.NaN)
        context?.reportError(excess(code, tell(found), { limit, found }))
      },
    ],
  })
  return [
    maxDepthRule({
      flattenFragments: true,
      ...told(
        'QUERY_TOO_DEEP',
        limits.depth,
        (found) =>
          `The query is ${found} levels deep; ${limits.depth} are allowed. Ask for what is further down by its id.`,
      ),
    }),
    maxAliasesRule(
      told(
        'QUERY_TOO_MANY_ALIASES',
        limits.aliases,
        (found) => `The query has ${found} aliases; ${limits.aliases} are allowed. Send several queries.`,
      ),
    ),
    maxDirectivesRule(
      told(
        'QUERY_TOO_MANY_DIRECTIVES',
        limits.directives,
        (found) => `The query has ${found} directives; ${limits.directives} are allowed. Send several queries.`,
      ),
    ),
  ] as ValidationRule[]
}

/** Each object costs 1, each of a page as many times as the page is long; single values cost nothing. */
const costOf: ComplexityEstimator = ({ args, childComplexity, node }) => {
  if (node.selectionSet === undefined) return 0
  const length = args.first as unknown
  return (1 + childComplexity) * (typeof length === 'number' && length > 1 ? length : 1)
}

function costExcesses(limit: number, schema: GraphQLSchema, query: AskedQuery): GraphQLError[] {
  const { document, variables = {}, operationName } = query
  try {
    const named = typeof operationName === 'string' ? { operationName } : {}
    const found = getComplexity({ schema, query: document, variables, ...named, estimators: [costOf] })
    if (found <= limit) return []
    const message = `The query asks for up to ${found} objects; ${limit} are allowed. Ask for shorter pages, or for fewer pages within pages.`
    return [excess('QUERY_TOO_COSTLY', message, { limit, found })]
  } catch (error) {
    // Fragments within fragments can make a short text a query without end.
    if (error instanceof GraphQLError && TOO_MANY_NODES.test(error.message))
      return [
        excess('QUERY_TOO_COSTLY', 'The query names too many fields once its fragments are put in. Ask for fewer.', {
          limit,
        }),
      ]
    // What is wrong with variables is told by who executes the query.
    return []
  }
}

const TOO_MANY_NODES = /maximum allowed number of nodes/

/** What the parser says when it stops. */
const TOO_MANY_TOKENS = /Document contains more that (\d+) tokens/

/** The parser's error for too many tokens as one of ours; null when it is another. */
export function tooLong(message: string): GraphQLError | null {
  const limit = TOO_MANY_TOKENS.exec(message)?.[1]
  if (limit === undefined) return null
  const said = `The query has more than ${limit} tokens (names, braces and so on). Send several queries, and values as variables.`
  return excess('QUERY_TOO_LONG', said, { limit: Number(limit) })
}

function excess(code: ErrorCode, message: string, details: Record<string, number>): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...details, http: { status: 400 } } })
}
