import { send, type RawAnswer } from './raw-request.ts'

export interface GraphQLAnswer {
  data?: Record<string, unknown> | null
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> & { code: string } }[]
}

/** Sends a GraphQL operation as any program may: with the headers given and nothing of the SDK's. */
export async function ask(
  url: string,
  query: string,
  { headers = {}, variables = {} }: { headers?: Record<string, string>; variables?: Record<string, unknown> } = {},
): Promise<RawAnswer & { answer: GraphQLAnswer }> {
  const answered = await send(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  })
  return { ...answered, answer: JSON.parse(answered.text) as GraphQLAnswer }
}

/** The code of the first error of an answer. Undefined: there is none. */
export function codeOf({ answer }: { answer: GraphQLAnswer }): string | undefined {
  return answer.errors?.[0]?.extensions.code
}

export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` }
}
