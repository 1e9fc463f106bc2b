import { createClient } from '@fairlift/sdk'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startDatabase, type TestDatabase } from '../testkit/database.ts'
import { startServer, type ServerOptions, type TestServer } from '../testkit/server.ts'

let database: TestDatabase
const servers: TestServer[] = []

beforeAll(async () => {
  database = await startDatabase()
})

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()))
})

afterAll(() => database?.remove())

/** Addresses of an empty database of the same server. */
async function emptyDatabase(name: string): Promise<URL> {
  await database.query(`create database ${name}`)
  const url = new URL(database.url)
  url.pathname = `/${name}`
  return url
}

async function start(env: NonNullable<ServerOptions['env']>): Promise<TestServer> {
  const server = await startServer({ env })
  servers.push(server)
  return server
}

describe('servers that start at once on an empty database', () => {
  it('all come up: each migration and each standard metric is there once', async () => {
    const { href } = await emptyDatabase('at_once')
    const started = await Promise.allSettled([1, 2, 3].map(() => start({ DATABASE_URL: href })))
    expect(started.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
    const [first, second] = servers.map(({ url }) => createClient({ url }))
    const keys = (await first!.metrics()).map(({ key }) => key)
    expect(keys.length).toBeGreaterThan(2)
    expect(new Set(keys).size).toBe(keys.length)
    // What one writes the others see: they are one.
    const { id } = await first!.createExperiment({ key: 'shared', name: 'Shared' })
    expect((await second!.experiment({ key: 'shared' })).id).toBe(id)
    for (const server of servers) expect(server.logs()).toBe('')
  })
})

describe('the database that is configured', () => {
  it('by its parts is used', async () => {
    const { hostname, port, username, password, pathname } = await emptyDatabase('by_parts')
    const server = await start({
      DB_HOST: hostname,
      DB_PORT: port,
      DB_USER: username,
      DB_PASS: password,
      DB_NAME: pathname.slice(1),
    })
    expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ status: 'ok', database: true })
  })

  it('by its address goes before its parts', async () => {
    const { href } = await emptyDatabase('by_address')
    const server = await start({ DATABASE_URL: href, DB_HOST: '192.0.2.1' })
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  })

  it('by its Cloud SQL instance is looked for at its socket', async () => {
    await expect(start({ DB_INSTANCE: 'project:region:name' })).rejects.toThrow(
      '/cloudsql/project:region:name/.s.PGSQL.5432',
    )
  })

  it('and cannot be reached, or refuses, ends the start with the reason and without the password', async () => {
    await expect(start({ DATABASE_URL: 'postgresql://me:very-secret@127.0.0.1:1/none' })).rejects.toThrow(
      /did not start[\s\S]*127\.0\.0\.1:1/,
    )
    const wrong = new URL(database.url)
    wrong.password = 'very-secret'
    const refused = await start({ DATABASE_URL: wrong.href }).catch(String)
    expect(refused).toContain('password authentication failed')
    expect(refused).not.toContain('very-secret')
  })
})
