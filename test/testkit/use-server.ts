import { createClient, type FairliftClient } from '@fairlift/sdk'
import { afterAll, beforeAll } from 'vitest'
import { startServer, type ServerOptions, type TestServer } from './server.ts'

/** A server and a client of it. */
export interface ServerWithClient {
  readonly server: TestServer
  readonly client: FairliftClient
}

/** Has a server run for the tests of the surrounding `describe` or file. Its parts can be used within tests only. */
export function useServer(options: ServerOptions = {}): ServerWithClient {
  let server: TestServer | null = null
  let client: FairliftClient | null = null
  beforeAll(async () => {
    server = await startServer(options)
    client = createClient({ url: server.url })
  })
  afterAll(async () => {
    client?.close()
    await server?.stop()
  })
  return {
    get server() {
      return server!
    },
    get client() {
      return client!
    },
  }
}
