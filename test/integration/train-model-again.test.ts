import { createClient, type FairliftClient, type TrainModelInput } from '@fairlift/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, startDatabase } from '../testkit/database.ts'
import { sampleExperiment, sampleFile } from '../testkit/sample-shop.ts'
import { cardAt } from '../testkit/scored-users.ts'
import { startServer, type TestServer } from '../testkit/server.ts'

let database: TestDatabase
let server: TestServer
let client: FairliftClient

beforeAll(async () => {
  database = await startDatabase()
  server = await startServer({ env: { DATABASE_URL: database.url } })
  client = createClient({ url: server.url })
})

afterAll(async () => {
  client?.close()
  await server?.stop()
  await database?.remove()
})

test('the same seed and data give the same card, byte by byte, when all that was known of the model is gone', async () => {
  const { id: experimentId } = await client.createExperiment({ key: 'sample', ...sampleExperiment })
  await client.uploadEvents({ experimentId, file: sampleFile }).result()
  const ask: TrainModelInput = {
    experimentId,
    target: { kind: 'REVENUE' },
    features: [{ attribute: 'device' }, { attribute: 'channel' }, { attribute: 'recency', bins: 3 }],
    interactions: ['device'],
    holdout: 0.2,
    seed: 5,
  }
  const first = await client.trainModel(ask).result()
  const { text } = await cardAt(first.artifactUrl)

  await database.query('delete from models')
  await database.query(`delete from jobs where kind = 'TRAIN_MODEL'`)
  await expect(client.model(first.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })

  const again = await client.trainModel(ask).result()
  expect(again.id).not.toBe(first.id)
  expect(text.length).toBeGreaterThan(5000)
  expect((await cardAt(again.artifactUrl)).text).toBe(text)
})
