import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

/** Why there is no Redis to test with. Null: there is one. */
export const withoutRedis =
  spawnSync('redis-server', ['--version']).status === 0 ? null : 'no redis-server: install it to run these tests'

/** A Redis of a test's own, in memory only, which can be taken away and come back under its address. */
export class TestRedis {
  readonly url: string
  readonly #port: number
  #child: ChildProcess | null = null

  private constructor(port: number) {
    this.#port = port
    this.url = `redis://127.0.0.1:${port}`
  }

  static async start(): Promise<TestRedis> {
    const probe = createServer().listen(0, '127.0.0.1')
    await once(probe, 'listening')
    const { port } = probe.address() as AddressInfo
    probe.close()
    await once(probe, 'close')
    const redis = new TestRedis(port)
    await redis.start()
    return redis
  }

  async start(): Promise<void> {
    const options = ['--port', String(this.#port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
    const child = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'ignore'] })
    this.#child = child
    let log = ''
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}: ${log}`)))
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        log += text
        if (log.includes('Ready to accept connections')) resolve()
      })
    })
  }

  async stop(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child === null) return
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    await exit
  }
}
