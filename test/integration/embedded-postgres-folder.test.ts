import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { EmbeddedPostgresError } from '@fairlift/db/embedded'
import { beforeEach, describe, expect, it } from 'vitest'
import { goneMs, query, useDatabaseFolder } from './fixtures/database-folder.ts'
import { runStarter, startRefused, startServer, untilNothingRuns } from './fixtures/starter.ts'

const folder = useDatabaseFolder()
const { servers, start, haveDatabase } = folder

describe('a new data folder', () => {
  it('gets a PostgreSQL 18 database with safe, deterministic settings', async () => {
    const server = await start()
    expect(server.reused).toBe(false)
    expect(server.dataDir).toBe(folder.dataDir)
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
    expect((await stat(join(folder.dataDir, 'password'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder.dataDir, 'cluster'))).mode & 0o777).toBe(0o700)
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
    const starter = runStarter(folder.dataDir)
    while (!(await readdir(folder.dataDir).catch(() => [])).some((name) => name.startsWith('new-'))) await delay(5)
    await delay(200)
    starter.process.kill('SIGKILL')
    await untilNothingRuns(folder.dataDir, goneMs)
    expect(await readdir(folder.dataDir)).not.toContain('cluster')

    const server = await start()
    expect(server.reused).toBe(false)
    expect((await readdir(folder.dataDir)).filter((name) => name.startsWith('new-'))).toEqual([])
  })

  it('may have a long path with spaces, quotes and letters of any script', async () => {
    folder.dataDir = join(folder.root, `it's a "data" folder`, 'Ergebnisse – 結果', 'x'.repeat(120), 'y'.repeat(120))
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
    await rm(join(folder.dataDir, 'password'))
    const second = await start()
    expect(second.connectionString.split('@')[0]).not.toBe(first.connectionString.split('@')[0])
    await query(second.connectionString, 'SELECT 1')
  })

  it('starts although its lock file names a process that is another program by now', async () => {
    await (await start()).stop()
    const lines = [process.pid, join(folder.dataDir, 'cluster'), 1, 5432, '', '127.0.0.1', '0 0', 'ready']
    await writeFile(join(folder.dataDir, 'cluster', 'postmaster.pid'), lines.join('\n'))
    const log: string[] = []
    expect((await start({ log: (line) => log.push(line) })).reused).toBe(true)
    expect(log.join('\n')).toContain(`its process ${process.pid} is another program`)
  })
})

describe('two starters on one folder', () => {
  it('give the second an error that names the folder and the process of the first, whose server goes on', async () => {
    await haveDatabase()
    const first = await startServer(folder.dataDir)
    const { code, details, message } = await startRefused(folder.dataDir)
    expect({ code, details }).toEqual({
      code: 'FOLDER_IN_USE',
      details: { dataDir: await realpath(folder.dataDir), pid: first.pid },
    })
    expect(message).toMatch(/in use by process \d+\. Stop that process, .*DATABASE_URL/)
    await expect(start()).rejects.toMatchObject({ code: 'FOLDER_IN_USE', details: { pid: first.pid } })
    await query(first.ready.connectionString, 'SELECT 1')
  })

  it('at the same moment on a new folder give one server and one error', async () => {
    const answers = await Promise.all(
      [runStarter(folder.dataDir), runStarter(folder.dataDir), runStarter(folder.dataDir)].map((s) => s.answer),
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
    await mkdir(join(folder.dataDir, 'cluster'), { recursive: true })
    await writeFile(join(folder.dataDir, 'cluster', 'PG_VERSION'), '17\n')
    const failure = await start().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(EmbeddedPostgresError)
    expect(failure).toMatchObject({
      code: 'OTHER_MAJOR_VERSION',
      details: { dataDir: folder.dataDir, found: '17', expected: '18' },
    })
    expect((failure as Error).message).toMatch(/PostgreSQL 17.*PostgreSQL 18.*pg_dump.*DATABASE_URL/)
    expect(await readdir(join(folder.dataDir, 'cluster'))).toEqual(['PG_VERSION'])
  })

  it('is something else where the database should be, which stays as it is', async () => {
    await mkdir(join(folder.dataDir, 'cluster'), { recursive: true })
    await writeFile(join(folder.dataDir, 'cluster', 'thesis.txt'), 'the only copy')
    await expect(start()).rejects.toMatchObject({ code: 'CANNOT_CREATE' })
    expect(await readFile(join(folder.dataDir, 'cluster', 'thesis.txt'), 'utf8')).toBe('the only copy')
  })

  it('is a file where the data folder should be', async () => {
    await writeFile(folder.dataDir, '')
    const failure = await start().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'FOLDER_NOT_WRITABLE', details: { dataDir: folder.dataDir } })
    expect((failure as Error).message).toMatch(/cannot be written \(EEXIST.*Choose a folder.*DATABASE_URL/)
    await rm(folder.dataDir)
  })

  it('is a place where nobody may create a folder', async (context) => {
    if (process.platform !== 'linux') context.skip('needs /sys')
    folder.dataDir = '/sys/fairlift'
    await expect(start()).rejects.toMatchObject({ code: 'FOLDER_NOT_WRITABLE', details: { dataDir: folder.dataDir } })
  })

  it('is a full disk, before and after the database exists', async (context) => {
    await mkdir(folder.dataDir)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=80m', 'tmpfs', folder.dataDir], { stdio: 'pipe' })
    } catch {
      context.skip('needs the right to mount a small file system')
    }
    try {
      await writeFile(join(folder.dataDir, 'ballast'), Buffer.alloc(60_000_000))
      const failure = await start().catch((error: unknown) => error)
      expect(failure).toMatchObject({ code: 'DISK_FULL', details: { dataDir: await realpath(folder.dataDir) } })
      expect((failure as Error).message).toMatch(/is full\. Free some space.*DATABASE_URL/)

      await rm(join(folder.dataDir, 'ballast'))
      await (await start()).stop()
      await writeFile(join(folder.dataDir, 'ballast'), Buffer.alloc(80_000_000)).catch(() => {})
      await expect(start()).rejects.toMatchObject({ code: 'DISK_FULL' })

      await rm(join(folder.dataDir, 'ballast'))
      expect((await start()).reused).toBe(true)
    } finally {
      await Promise.all(servers.splice(0).map((server) => server.stop()))
      execFileSync('umount', [folder.dataDir])
    }
  })
})
