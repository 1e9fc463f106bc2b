import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import type { FairliftClient } from '@fairlift/sdk'
import { buildSchema, getNamedType, isInputObjectType, type GraphQLArgument, type GraphQLInputType } from 'graphql'
import { describe, expect, test } from 'vitest'
import { completeUpload, requestUpload } from '../testkit/file-upload.ts'
import { useServer } from '../testkit/use-server.ts'

const run = useServer()

const file = new File(['user_id\n1\n'], 'users.csv')
const records = [{ user_id: 'u1' }]

async function first<Item>(items: AsyncIterable<Item>): Promise<Item | null> {
  for await (const item of items) return item
  return null
}

/** Every operation that takes an id, by its field of the schema. */
const operations: Record<string, (client: FairliftClient, id: string) => PromiseLike<unknown>> = {
  'Query.experiment': (client, id) => client.experiment({ id }),
  'Query.batch': (client, id) => client.batch(id),
  'Query.analysis': (client, id) => client.analysis(id),
  'Query.calibration': (client, id) => client.calibration(id),
  'Query.model': (client, id) => client.model(id),
  'Query.events': (client, experimentId) => client.events({ experimentId }).page(),
  'Query.job': (client, id) => client.job(id),
  'Query.jobs': (client, experimentId) => client.jobs({ filter: { experimentId } }).page(),
  'Query.compareVersions': (client, experimentId) => client.compareVersions({ experimentId, before: 1, after: 2 }),
  'Query.planSample': (client, experimentId) => client.planSample({ experimentId, units: 1000 }),
  'Mutation.updateExperiment': (client, id) => client.updateExperiment({ id, name: 'New' }),
  'Mutation.startExperiment': (client, id) => client.startExperiment(id),
  'Mutation.stopExperiment': (client, id) => client.stopExperiment(id),
  'Mutation.archiveExperiment': (client, id) => client.archiveExperiment(id),
  'Mutation.uploadEvents': (client, experimentId) => client.uploadEvents({ experimentId, file }),
  'Mutation.requestUpload': (client, experimentId) =>
    requestUpload(client, { experimentId, fileName: 'users.csv', sizeBytes: 1 }),
  'Mutation.completeUpload': (client, uploadId) => completeUpload(client, uploadId),
  'Mutation.ingestEvents': (client, experimentId) => client.ingestEvents({ experimentId, records }),
  'Mutation.previewUpload': (client, experimentId) => client.previewUpload({ experimentId, file }),
  'Mutation.compactDataset': (client, id) => client.compactDataset(id),
  'Mutation.eraseUser': (client, experimentId) => client.eraseUser({ userId: 'u1', experimentId }),
  'Mutation.runAnalysis': (client, experimentId) => client.runAnalysis({ experimentId }),
  'Mutation.verifyAnalysis': (client, id) => client.verifyAnalysis(id),
  'Mutation.calibrateExperiment': (client, experimentId) => client.calibrateExperiment({ analysis: { experimentId } }),
  'Mutation.trainModel': (client, experimentId) => client.trainModel({ experimentId, target: { kind: 'CONVERSION' } }),
  'Mutation.cancelJob': (client, id) => client.cancelJob(id),
  'Mutation.revokeApiKey': (client, id) => client.revokeApiKey(id),
  'Subscription.jobUpdated': (client, id) => first(client.watchJob(id)),
  'Subscription.experimentUpdated': (client, id) => first(client.watchExperiment(id)),
}

/** And the lists that hang on an experiment. */
const lists: typeof operations = {
  batches: (client, id) => client.batches(id).page(),
  datasetVersions: (client, id) => client.datasetVersions(id).page(),
  erasures: (client, id) => client.erasures(id).page(),
  analyses: (client, id) => client.analyses(id).page(),
  calibrations: (client, id) => client.calibrations(id).page(),
  models: (client, id) => client.models(id).page(),
  predictions: (client, id) => client.predictions(id),
  timeseries: (client, id) => client.timeseries(id),
  charts: (client, id) => client.charts(id),
  modelCharts: (client, id) => client.modelCharts(id),
  batchErrors: (client, id) => client.batchErrors(id),
}

test('the tables below hold every operation of the schema that takes an id', () => {
  const schema = buildSchema(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'))
  const takesId = (type: GraphQLInputType): boolean => {
    const named = getNamedType(type)
    if (isInputObjectType(named)) return Object.values(named.getFields()).some((field) => takesId(field.type))
    return named.name === 'ID'
  }
  const fields = [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!].flatMap((type) =>
    Object.values(type.getFields())
      .filter(({ args }) => args.some((arg: GraphQLArgument) => takesId(arg.type)))
      .map(({ name }) => `${type.name}.${name}`),
  )
  expect(Object.keys(operations).sort()).toEqual(fields.sort())
})

describe.each([
  ['that names nothing', randomUUID()],
  ['that is no id', 'nope'],
  ['that is empty', ''],
  ['that tries to be SQL', "' or 1=1 --"],
])('an id %s', (_, id) => {
  test.each(Object.entries({ ...operations, ...lists }))('is NOT_FOUND for %s', async (_name, call) => {
    await expect(call(run.client, id)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(
        /^There is no (experiment|batch|analysis|calibration|model|job|upload|API key) "/,
      ) as string,
      details: { id },
    })
  })
})

test('an unknown key and an unknown dataset version are NOT_FOUND too', async () => {
  const { client } = run
  await expect(client.experiment({ key: 'nope' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const { id: experimentId } = await client.createExperiment({ key: 'versions', name: 'Versions' })
  await client
    .ingestEvents({
      experimentId,
      records: [{ user_id: 'u', variant_id: 'control', event_type: 'exposure', timestamp: '2026-06-01T00:00:00Z' }],
    })
    .result()
  for (const datasetVersion of [0, 2, -1]) {
    await expect(client.runAnalysis({ experimentId, datasetVersion })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `There is no dataset version "${datasetVersion}".`,
    })
  }
})

test('a subscription to an unknown job ends with its error, and the others on its socket go on', async () => {
  const { client, server } = run
  const experiment = await client.createExperiment({ key: 'socket', name: 'Before' })
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  const messages: { type: string; id?: string; payload?: unknown }[] = []
  let heard = Promise.withResolvers<void>()
  socket.addEventListener('message', ({ data }) => {
    messages.push(JSON.parse(String(data)) as (typeof messages)[number])
    heard.resolve()
  })
  const message = async (type: string, id?: string) => {
    for (;;) {
      const found = messages.find((one) => one.type === type && one.id === id)
      if (found !== undefined) {
        messages.splice(messages.indexOf(found), 1)
        return found
      }
      heard = Promise.withResolvers()
      await heard.promise
    }
  }
  const subscribe = (id: string, field: string, of: string, selection: string) =>
    socket.send(
      JSON.stringify({
        type: 'subscribe',
        id,
        payload: { query: `subscription ($id: ID!) { ${field}(id: $id) { ${selection} } }`, variables: { id: of } },
      }),
    )
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'connection_init' }))
  await message('connection_ack')
  subscribe('experiment', 'experimentUpdated', experiment.id, '... on ExperimentChanged { experiment { name } }')
  await message('next', 'experiment')

  const unknown = randomUUID()
  subscribe('job', 'jobUpdated', unknown, 'status')
  expect((await message('error', 'job')).payload).toMatchObject([
    {
      message: `There is no job "${unknown}".`,
      extensions: { code: 'NOT_FOUND', requestId: expect.any(String) as string },
    },
  ])

  await client.updateExperiment({ id: experiment.id, name: 'After' })
  expect((await message('next', 'experiment')).payload).toEqual({
    data: { experimentUpdated: { experiment: { name: 'After' } } },
  })
  expect(socket.readyState).toBe(WebSocket.OPEN)
  socket.close()
})
