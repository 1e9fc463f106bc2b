import { readFileSync } from 'node:fs'
import { createClient, type FairliftClient, type Job } from '@fairlift/sdk'
import {
  buildSchema,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  isRequiredInputField,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, bearer, codeOf, type GraphQLAnswer } from '../testkit/ask.ts'
import { eventFile } from '../testkit/event-file.ts'
import { startServer, type TestServer } from '../testkit/server.ts'
import { WebSocketSession } from '../testkit/web-socket-session.ts'

const schema = buildSchema(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'))
const SCOPES = ['experiments:read', 'experiments:write', 'events:write', 'analyses:run', 'admin']
/** Which scopes a key with one scope has: stated here, and not read from the server. */
const within: Record<string, string[]> = {
  'experiments:read': ['experiments:read'],
  'experiments:write': ['experiments:write', 'experiments:read'],
  'events:write': ['events:write'],
  'analyses:run': ['analyses:run', 'experiments:read'],
  admin: SCOPES,
}

type Field = GraphQLField<unknown, unknown>
const roots = [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!]
const fields = roots.flatMap((root) =>
  Object.values(root.getFields()).map((field): [string, Field, string] => [
    `${root.name}.${field.name}`,
    field,
    root.name,
  ]),
)

/** The scopes of which a field says in its description that one is needed. Null: it says nothing. */
function statedNeed({ description }: Field): string[] | null {
  const text = description ?? ''
  if (text.endsWith('Needs no scope.')) return []
  const stated = /Needs (?:the scope|one of the scopes) (.+)\.$/.exec(text)?.[1]
  return stated?.match(/(?<=`)[a-z:]+(?=`)/g) ?? null
}

const keys = new Map<string, string>()
let server: TestServer
let client: FairliftClient

beforeAll(async () => {
  server = await startServer()
  client = createClient({ url: server.url })
  for (const scope of SCOPES) {
    const { secret } = await client.createApiKey({ name: scope, scopes: [scope] })
    keys.set(scope, secret!)
  }
})

afterAll(async () => {
  client?.close()
  await server?.stop()
})

const headersOf = (scope: string) => bearer(keys.get(scope)!)
const clientOf = (scope: string) => createClient({ url: server.url, apiKey: keys.get(scope)! })

it('every root field says which scope it needs', () => {
  expect(fields.length).toBeGreaterThan(35)
  expect(fields.filter(([, field]) => statedNeed(field) === null).map(([name]) => name)).toEqual([])
  const named = new Set(fields.flatMap(([, field]) => statedNeed(field)!))
  expect([...named].sort()).toEqual([...SCOPES].sort())
})

it('who administers, erases, or looks at single users needs admin; reading never needs to write', () => {
  const needing = (scope: string) =>
    fields.filter(([, field]) => statedNeed(field)!.join() === scope).map(([name]) => name)
  expect(needing('admin')).toEqual([
    'Query.apiKeys',
    'Query.events',
    'Mutation.compactDataset',
    'Mutation.createApiKey',
    'Mutation.eraseUser',
    'Mutation.revokeApiKey',
  ])
  const reading = fields.filter(([, , root]) => root !== 'Mutation').flatMap(([, field]) => statedNeed(field)!)
  expect(new Set(reading)).toEqual(new Set(['experiments:read', 'events:write', 'admin']))
})

describe.each(SCOPES)('a key with the scope %s', (scope) => {
  const has = (need: string[]) => need.length === 0 || need.some((one) => within[scope]!.includes(one))

  it.each(fields)('and %s: as the field says', async (_name, field, root) => {
    const need = statedNeed(field)!
    const answer = await asked(scope, field, root)
    const code = answer.errors?.find(({ path }) => path === undefined || path.length === 1)?.extensions.code ?? null
    if (has(need)) return expect(code).not.toBe('FORBIDDEN')
    expect(code).toBe('FORBIDDEN')
    const { message, extensions } = answer.errors![0]!
    // Cancelling asks for more when it is known which job it is.
    expect(extensions.scopes).toEqual(need)
    for (const one of need) expect(message).toContain(`"${one}"`)
    expect(message).toContain(`"${scope}" has`)
  })
})

/** Asks for a root field with whatever its arguments allow. */
async function asked(scope: string, field: Field, root: string): Promise<GraphQLAnswer> {
  const operation = operationOf(field, root)
  if (root === 'Subscription') {
    const session = await WebSocketSession.open(server.url, { apiKey: keys.get(scope)! })
    expect(await session.next()).toMatchObject({ type: 'connection_ack' })
    session.subscribe('one', operation)
    const { type, payload } = (await session.next())!
    session.close()
    return type === 'error' ? { errors: payload as GraphQLAnswer['errors'] & object } : (payload as GraphQLAnswer)
  }
  if (!field.args.some(({ type }) => getNamedType(type).name === 'Upload'))
    return (await ask(server.url, operation, { headers: headersOf(scope) })).answer
  const form = new FormData()
  form.append('operations', JSON.stringify({ query: operation, variables: { file: null } }))
  form.append('map', JSON.stringify({ 0: ['variables.file'] }))
  form.append('0', new Blob(['user_id\n']), 'x.csv')
  const headers = { ...headersOf(scope), 'apollo-require-preflight': 'true' }
  const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body: form })
  return (await response.json()) as GraphQLAnswer
}

function operationOf({ name, args, type }: Field, root: string): string {
  const isUpload = (arg: (typeof args)[number]) => getNamedType(arg.type).name === 'Upload'
  const given = args
    .filter((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined)
    .map((arg) => `${arg.name}: ${isUpload(arg) ? '$file' : literalOf(arg.type)}`)
  const call = given.length === 0 ? name : `${name}(${given.join(', ')})`
  const variables = args.some(isUpload) ? '($file: Upload!)' : ''
  return `${root.toLowerCase()} ${variables} { ${call} ${selectionOf(type)} }`
}

/** Some value of a type, with all that must be there. */
function literalOf(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literalOf(type.ofType)
  if (isListType(type)) return `[${literalOf(type.ofType)}]`
  if (isEnumType(type)) return type.getValues()[0]!.name
  if (isInputObjectType(type)) {
    const needed = Object.values(type.getFields()).filter(isRequiredInputField)
    return `{ ${needed.map((field) => `${field.name}: ${literalOf(field.type)}`).join(', ')} }`
  }
  if (type.name === 'ID') return '"00000000-0000-4000-8000-000000000000"'
  if (type.name === 'String') return '"nobody"'
  if (type.name === 'JSONObject') return '{}'
  return '1'
}

function selectionOf(type: GraphQLOutputType): string {
  const named = getNamedType(type)
  return isObjectType(named) || isUnionType(named) ? '{ __typename }' : ''
}

describe('what reveals more than the field that led to it', () => {
  let experimentId: string
  let batchId: string
  let analysisJob: Job

  beforeAll(async () => {
    experimentId = (await client.createExperiment({ key: 'nested', name: 'Nested' })).id
    const file = new Blob([await eventFile({ users: 20 }).text(), 'u-bad,control,exposure,,not a time,mobile\n'])
    const batch = await client.uploadEvents({ experimentId, file, fileName: 'events.csv' }).result()
    expect(batch.rejected).toBe(1)
    batchId = batch.id
    analysisJob = await client.runAnalysis({ experimentId })
    await client.waitForJob(analysisJob.id)
  })

  const nested = async (scope: string, query: string) => {
    const { answer } = await ask(server.url, query, { headers: headersOf(scope) })
    return {
      data: answer.data,
      refused: (answer.errors ?? []).map(({ path, extensions }) => [path?.join('.'), extensions.code]),
    }
  }

  it('rejected rows need events:write, the file as received needs admin; the rest of the answer is there', async () => {
    const query = `{ batch(id: "${batchId}") { rejected rejectsUrl rawUrl } }`
    expect(await nested('experiments:read', query)).toMatchObject({
      data: { batch: { rejected: 1, rejectsUrl: null, rawUrl: null } },
      refused: [
        ['batch.rejectsUrl', 'FORBIDDEN'],
        ['batch.rawUrl', 'FORBIDDEN'],
      ],
    })
    expect((await nested('events:write', query)).refused).toEqual([['batch.rawUrl', 'FORBIDDEN']])
    const whole = await nested('admin', query)
    expect(whole.refused).toEqual([])
    expect(whole.data).toMatchObject({ batch: { rejectsUrl: expect.stringContaining('/files/') as string } })
    const rows = `{ batch(id: "${batchId}") { errors { row value } } }`
    expect((await nested('experiments:read', rows)).refused).toEqual([['batch.errors', 'FORBIDDEN']])
    expect((await nested('events:write', rows)).data).toMatchObject({
      batch: { errors: [{ row: expect.any(Number) as number }] },
    })
  })

  it('an experiment says its name to who sends events to it, and neither results nor who was erased', async () => {
    const of = (selection: string) => `{ batch(id: "${batchId}") { experiment { ${selection} } } }`
    expect(await nested('events:write', of('id key name'))).toMatchObject({ refused: [] })
    for (const selection of [
      'hypothesis',
      'latestAnalysis { id }',
      'analyses { nodes { id } }',
      'variants { key }',
      'batches { nodes { rawUrl } }',
    ])
      expect(
        (await nested('events:write', of(selection))).refused.map(([, code]) => code),
        selection,
      ).toContain('FORBIDDEN')
    const erasures = `{ experiment(id: "${experimentId}") { erasures { nodes { userHash } } } }`
    expect((await nested('analyses:run', erasures)).refused).toEqual([['experiment.erasures', 'FORBIDDEN']])
  })

  it('a job leads who sends events to no analysis', async () => {
    const query = `{ job(id: "${analysisJob.id}") { status analysis { id decision { verdict } } model { id } } }`
    expect(await nested('events:write', query)).toMatchObject({
      data: { job: { status: 'SUCCEEDED', analysis: null } },
      refused: [['job.analysis', 'FORBIDDEN']],
    })
  })

  it('a job is cancelled by who may begin one of its kind', async () => {
    const analysis = await client.runAnalysis({ experimentId, level: 0.9 })
    const cancel = (scope: string, id: string) =>
      ask(server.url, `mutation { cancelJob(id: "${id}") { job { id } } }`, { headers: headersOf(scope) })
    const refused = await cancel('events:write', analysis.id)
    expect(codeOf(refused)).toBe('FORBIDDEN')
    expect(refused.answer.errors![0]!.message).toContain(
      'Cancelling a job that is RUN_ANALYSIS needs the scope "analyses:run"',
    )
    expect(codeOf(await cancel('analyses:run', analysis.id))).toBeUndefined()
    const { id: erasure } = (await client.eraseUser({ userId: 'nobody', experimentId }))[0]!
    expect(codeOf(await cancel('analyses:run', erasure))).toBe('FORBIDDEN')
    expect(codeOf(await cancel('admin', erasure))).toBeUndefined()
  })
})

describe('the SDK', () => {
  it('sends a file and follows it with a key that may do nothing else, and leaves out what it may not see', async () => {
    const { id: experimentId } = await client.createExperiment({ key: 'pipeline', name: 'Pipeline' })
    const pipeline = clientOf('events:write')
    const batch = await pipeline.uploadEvents({ experimentId, file: eventFile({ users: 30 }) }).result()
    expect(batch).toMatchObject({ status: 'LANDED', rawUrl: null, experiment: { key: 'pipeline' } })
    const record = { user_id: 'u', variant_id: 'control', event_type: 'exposure', timestamp: new Date().toISOString() }
    expect(await pipeline.ingestEvents({ experimentId, records: [record] }).result()).toMatchObject({ accepted: 1 })
    await expect(pipeline.experiment({ id: experimentId })).rejects.toMatchObject({
      name: 'FairliftAccessError',
      code: 'FORBIDDEN',
      neededScopes: ['experiments:read'],
    })
    pipeline.close()
    const reader = clientOf('experiments:read')
    const { items } = await reader.batches(experimentId).page()
    expect(items.map(({ rawUrl, rejectsUrl }) => [rawUrl, rejectsUrl])).toEqual([
      [null, null],
      [null, null],
    ])
    expect((await reader.batch(batch.id)).rawUrl).toBeNull()
  })

  it('answers with results to who may run analyses', async () => {
    const { id: experimentId } = await client.createExperiment({ key: 'analyst', name: 'Analyst' })
    await client.uploadEvents({ experimentId, file: eventFile({ users: 40 }) }).result()
    const analyst = clientOf('analyses:run')
    expect((await analyst.runAnalysis({ experimentId }).result()).results.length).toBeGreaterThan(0)
    await expect(analyst.stopExperiment(experimentId)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    analyst.close()
  })
})
