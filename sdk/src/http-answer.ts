import { errorOfAnswer, FairliftNetworkError, type GraphQLErrorShape, isMissingPart } from './errors.ts'

/** An HTTP answer, by whichever means it came. */
export interface HttpAnswer {
  status: number
  requestId: string | null
  body: string
}

export async function readAnswer(response: Response): Promise<HttpAnswer> {
  const { status, headers } = response
  return { status, requestId: headers.get('x-request-id'), body: await response.text() }
}

/**
 * The data of a GraphQL answer.
 *
 * @param partial whether parts that the caller may not see may be missing
 * @throws FairliftError the first error that the answer tells of
 * @throws FairliftNetworkError when it is no GraphQL answer
 */
export function dataOf<Result>({ status, requestId, body }: HttpAnswer, partial = false): Result {
  const answer = parsed(body)
  const errors = Array.isArray(answer?.errors) ? (answer.errors as GraphQLErrorShape[]) : []
  const told = partial && answer?.data != null ? errors.filter((error) => !isMissingPart(error)) : errors
  if (told.length > 0) throw errorOfAnswer(told, requestId)
  if (answer?.data == null) {
    // What refuses a request before GraphQL sees it says why in `error`; a proxy's page says nothing of use.
    const why = typeof answer?.error === 'string' ? answer.error : `The answer is not GraphQL: ${body.slice(0, 200)}`
    throw new FairliftNetworkError(`The server answered with HTTP status ${status}. ${why}`, { status, requestId })
  }
  return answer.data as Result
}

function parsed(body: string): { data?: unknown; errors?: unknown; error?: unknown } | null {
  try {
    const answer: unknown = JSON.parse(body)
    return typeof answer === 'object' ? answer : null
  } catch {
    return null
  }
}

/** No answer came. */
export function unreachable(url: string, cause: unknown): FairliftNetworkError {
  const why = cause instanceof Error ? ((cause.cause as Error | undefined)?.message ?? cause.message) : String(cause)
  return new FairliftNetworkError(`No answer from ${url}: ${why || 'the connection was lost'}.`, { cause })
}
