import { startServer, type ServerOptions, type TestServer } from './server.ts'

/** A process that does the jobs of a database and serves nothing. */
export type TestWorker = Omit<TestServer, 'url'>

/** Starts a worker beside the servers of the same database and the same folder of files. */
export async function startWorker({
  env,
  ...options
}: ServerOptions & { dataDir: string; env: { DATABASE_URL: string } }): Promise<TestWorker> {
  const { url: _none, ...worker } = await startServer({ ...options, env: { ...env, ROLE: 'worker' } })
  return worker
}
