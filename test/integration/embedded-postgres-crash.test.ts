import { execFileSync } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { beforeEach, describe, expect, it } from 'vitest'
import { goneMs, query, useDatabaseFolder } from './fixtures/database-folder.ts'
import { killStarters, processesOf, startServer, untilNothingRuns } from './fixtures/starter.ts'

const folder = useDatabaseFolder()
const { start, haveDatabase, postmasterPid } = folder

beforeEach(haveDatabase)

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended with one that was killed before.
  }
}

/** Inserts numbers one by one, each in its own transaction, until the server is gone; gives the last one confirmed. */
async function insertUntilTheServerIsGone(connectionString: string): Promise<number> {
  const client = new pg.Client({ connectionString })
  client.on('error', () => {})
  await client.connect()
  let confirmed = 0
  try {
    for (;;) {
      await client.query('INSERT INTO numbers VALUES ($1)', [confirmed + 1])
      confirmed++
    }
  } catch {
    return confirmed
  } finally {
    await client.end().catch(() => {})
  }
}

const untilEnded = (child: { once: (event: 'exit', listener: () => void) => unknown; exitCode: number | null }) =>
  new Promise<void>((resolve) => child.once('exit', resolve))

describe('the starter', () => {
  it('may stop the server twice, and a process that forgets to stop it ends all the same', async () => {
    const server = await start()
    await Promise.all([server.stop(), server.stop()])
    await server.stop()

    const { url } = import.meta
    const script = `import { startEmbeddedPostgres } from '@fairlift/db/embedded'
      await startEmbeddedPostgres({ dataDir: ${JSON.stringify(folder.dataDir)} })`
    const options = { cwd: dirname(fileURLToPath(url)), timeout: 120_000, stdio: 'pipe' } as const
    const output = execFileSync(process.execPath, ['--conditions=source', '--input-type=module', '-e', script], options)
    expect(output.toString()).toBe('')
    await untilNothingRuns(folder.dataDir, goneMs)
  })

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('takes the server with it when it dies of %s', async (signal) => {
    const starter = await startServer(folder.dataDir)
    await query(starter.ready.connectionString, 'CREATE TABLE numbers (n int)', 'INSERT INTO numbers VALUES (42)')
    starter.process.kill(signal)
    await untilNothingRuns(folder.dataDir, goneMs)
    expect(await query((await start()).connectionString, 'SELECT n FROM numbers')).toEqual([{ n: 42 }])
    const log = await readFile(join(folder.dataDir, 'server.log'), 'utf8')
    expect(log.split('starting PostgreSQL').at(-1)).toContain('database system was shut down at')
  })

  it('takes the server with it while that restarts after a crash of its own', async () => {
    const starter = await startServer(folder.dataDir)
    const { all, keeper } = await processesOf(folder.dataDir)
    const server = await postmasterPid()
    for (const pid of all) if (pid !== keeper && pid !== server) killIfAlive(pid)
    await delay(50)
    starter.process.kill('SIGKILL')
    // PostgreSQL 18.4 may hang then: it gets 5 s before it is told to leave at once.
    await untilNothingRuns(folder.dataDir, 2 * goneMs)
    expect((await start()).reused).toBe(true)
  })

  it('may be followed at once by another after SIGKILL', async () => {
    const starter = await startServer(folder.dataDir)
    starter.process.kill('SIGKILL')
    expect((await start()).reused).toBe(true)
  })

  it('gets to know that its server broke down, and can start another', async () => {
    const server = await start()
    process.kill(await postmasterPid(), 'SIGKILL')
    expect(await server.ended).toEqual({ expected: false, reason: 'PostgreSQL ended by itself (signal SIGKILL)' })
    expect((await start()).reused).toBe(true)
  })

  it('stops the server, and gets to know it, when the keeper between them is killed', async () => {
    const server = await start()
    const { keeper } = await processesOf(folder.dataDir)
    process.kill(keeper ?? 0, 'SIGKILL')
    expect(await server.ended).toEqual({
      expected: false,
      reason: 'the process that keeps the database ended (SIGKILL)',
    })
    await untilNothingRuns(folder.dataDir, goneMs)
    expect((await start()).reused).toBe(true)
  })
})

describe('what was committed', () => {
  it.each([
    ['the starter is killed', async (pid: number) => [pid]],
    ['the server is killed', async () => [await postmasterPid()]],
    ['all processes are killed at once', async (pid: number) => [pid, ...(await processesOf(folder.dataDir)).all]],
  ])('is there after a crash while writing: %s', async (_, victims) => {
    const starter = await startServer(folder.dataDir)
    await query(starter.ready.connectionString, 'CREATE TABLE numbers (n int PRIMARY KEY)')
    const inserting = insertUntilTheServerIsGone(starter.ready.connectionString)
    await delay(500)
    for (const pid of await victims(starter.pid)) killIfAlive(pid)
    const confirmed = await inserting
    expect(confirmed).toBeGreaterThan(10)
    killStarters()

    const rows = await query((await start()).connectionString, 'SELECT count(*)::int, max(n) FROM numbers')
    // The insert under way when the server went may have been committed without its confirmation having arrived.
    expect([confirmed, confirmed + 1]).toContain(rows[0]?.count)
    expect(rows[0]?.count).toBe(rows[0]?.max)
  })
})

describe('a server that outlived both its starter and its keeper', () => {
  async function leaveServerBehind(): Promise<number> {
    const starter = await startServer(folder.dataDir)
    await query(starter.ready.connectionString, 'CREATE TABLE numbers (n int)', 'INSERT INTO numbers VALUES (42)')
    const { keeper } = await processesOf(folder.dataDir)
    process.kill(keeper ?? 0, 'SIGSTOP')
    starter.process.kill('SIGKILL')
    await untilEnded(starter.process)
    process.kill(keeper ?? 0, 'SIGKILL')
    await delay(100)
    const left = await postmasterPid()
    expect((await processesOf(folder.dataDir)).all).toContain(left)
    return left
  }

  it('is stopped by the next start, which finds everything committed', async () => {
    const left = await leaveServerBehind()
    const server = await start()
    expect((await processesOf(folder.dataDir)).all).not.toContain(left)
    expect(await query(server.connectionString, 'SELECT n FROM numbers')).toEqual([{ n: 42 }])
  })

  it('is left alone when it is not known to be ours', async () => {
    const left = await leaveServerBehind()
    await rm(join(folder.dataDir, 'keeper.json'))
    await expect(start()).rejects.toMatchObject({ code: 'FOLDER_IN_USE', details: { pid: left } })
    expect((await processesOf(folder.dataDir)).all).toContain(left)
    process.kill(left, 'SIGINT')
  })
})
