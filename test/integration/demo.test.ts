import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient, type Batch } from '@fairlift/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tallyOf } from '../../datasets/generate.ts'
import { ensurePagesBuilt } from '../../datasets/demo/build-pages.ts'
import { sampleOptions } from '../../datasets/sample-experiment.ts'
import { canSeeProcesses, descendantsOf, untilGone } from '../testkit/processes.ts'
import { until } from '../testkit/until.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const LIMIT_MS = 180_000

describe('pnpm demo', () => {
  let dataDir: string
  const running = new Set<ChildProcess>()

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), `fairlift-demo-${process.pid}-`))
    await ensurePagesBuilt()
  })

  afterAll(async () => {
    for (const child of running) child.kill('SIGTERM')
    await Promise.all([...running].map((child) => once(child, 'exit')))
    await rm(dataDir, { recursive: true, force: true, maxRetries: 10 })
  })

  /** Starts the demo as package.json does, in a pipe. */
  const start = (args: string[], env: Record<string, string> = {}) => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', 'datasets/demo.ts', ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DATA_DIR: dataDir, PORT: '0', ...env },
    })
    running.add(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    const ended = once(child, 'exit').then(([code]) => {
      running.delete(child)
      return code as number | null
    })
    return { child, ended, output: () => output }
  }

  test('with --exit goes from nothing to the answer of the sample, and ends', async () => {
    const { child, ended, output } = start(['--exit'])
    await until('the server should run', () => /are running/.test(output()), LIMIT_MS)
    const started = canSeeProcesses ? descendantsOf(child.pid!) : []
    expect(await ended, output()).toBe(0)

    const { perVariant, rows, badRows, duplicates } = tallyOf(sampleOptions)
    const count = (value: number): string => value.toLocaleString('en-US')
    expect(output()).toContain(`New data folder ${dataDir}`)
    const [key] = /fl_live_\w+/.exec(output()) ?? []
    expect(output()).toMatch(/First API key, with all scopes: keep it, it is not shown again +fl_live_/)
    expect(await readFile(join(dataDir, 'server.log'), 'utf8')).not.toContain(key)
    expect(output()).toContain(
      `${count(rows)} rows: ${count(rows - badRows)} good, ${count(badRows)} rejected, ${count(duplicates)} duplicates`,
    )
    for (const { name, visitors, bots, converted } of perVariant) {
      expect(output()).toMatch(new RegExp(`${name} +${count(visitors + bots)} `))
      expect(output()).toContain(`${count(converted)} / ${count(visitors + bots)}`)
    }
    expect(output()).toMatch(/95% interval +adjusted/)
    expect(output()).toMatch(/Health of the data/)
    expect(output()).toMatch(/Ship treatment/)
    expect(output()).toMatch(/This experiment +http:\/\/127\.0\.0\.1:\d+\/experiments\/sample-checkout/)
    // Nobody watches: no colours, no bars; and lines that fit a terminal, but for addresses and sentences.
    // eslint-disable-next-line no-control-regex
    expect(output()).not.toMatch(/\u001b/)
    const table = output().slice(output().indexOf('  Users'), output().indexOf('  Health'))
    expect(table.split('\n').filter((line) => line.trimEnd().length > 80)).toEqual([])
    await untilGone(started)
  })

  test('started again says that it goes on from there, and serves until it is told to stop', async () => {
    const { child, ended, output } = start([])
    await until('the demo should serve', () => output().includes('Serving until Ctrl-C'), LIMIT_MS)
    expect(output()).toContain(`${dataDir} is there from an earlier start: reused`)
    expect(output()).toContain('was uploaded before: nothing is taken twice')
    expect(output()).toContain('the answer of then')
    expect(output()).not.toContain('fl_live_')

    const url = /running +(http:\S+)/.exec(output())![1]!
    const client = createClient({ url })
    const experiment = await client.experiment({ key: 'sample-checkout' })
    const batches: Batch[] = []
    for await (const batch of client.batches(experiment.id)) batches.push(batch)
    expect(batches).toHaveLength(1)
    client.close()
    for (const path of ['/', '/experiments/sample-checkout', '/graphql']) {
      const page = await fetch(url + path, { headers: { accept: 'text/html' } })
      expect(await page.text(), path).toMatch(/<script [^>]*src=/)
    }

    // A second one on the same folder says why it cannot, and leaves the first alone.
    const second = start(['--exit'])
    expect(await second.ended).toBe(1)
    expect(second.output()).toMatch(/in use by process \d+/)
    expect((await fetch(`${url}/readyz`)).status).toBe(200)

    const started = canSeeProcesses ? descendantsOf(child.pid!) : []
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    await untilGone(started)
  })

  test('takes a free port where the one it should have is taken, and says so', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    try {
      const { ended, output } = start(['--exit'], { PORT: String(port) })
      expect(await ended, output()).toBe(0)
      expect(output()).toContain(`Port ${port} is taken`)
    } finally {
      other.close()
    }
  })

  test('an argument that it does not know is told, and nothing is started', async () => {
    const { ended, output } = start(['--exti'])
    expect(await ended).toBe(1)
    expect(output()).toContain('--exti')
    expect(output()).not.toContain('running')
  })
})
