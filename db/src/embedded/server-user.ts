import { type ChildProcess, execFile, spawn, type SpawnOptions } from 'node:child_process'
import { chmod, chown, lchown, mkdtemp, readdir, readFile, realpath, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { EmbeddedPostgresError, useOwnServer } from './embedded-postgres-error.ts'

/** How PostgreSQL's programs are started so that they run as an ordinary user. */
export interface ServerUser {
  /** For the log. */
  description: string
  /** Set when the programs run as another user than this process. */
  uid?: number
  gid?: number
  /** Comes before the program on the command line. */
  prefix: readonly string[]
}

/** The unprivileged user that every Linux system has. */
const nobody = { uid: 65534, gid: 65534 }

/**
 * The way to start PostgreSQL here. It refuses to run as root, because a break-in through it would then own the
 * machine; root is nevertheless what containers and many servers run as. As root this gives, by preference: the user
 * who owns the cluster already, `nobody`, the user who owns the folder (as with `sudo` in somebody's home), or a user
 * namespace, in which root's own files are used under an ordinary user's name.
 *
 * @param program The folder with PostgreSQL's programs: the user must be able to reach it, like the data folder.
 * @throws EmbeddedPostgresError `NO_ORDINARY_USER` when this process is root and none of these ways is open.
 */
export async function chooseServerUser(program: string, dataDir: string, cluster: string): Promise<ServerUser> {
  const own: ServerUser = { description: 'the same user', prefix: [] }
  const inNamespace: ServerUser = {
    description: 'an ordinary user in a user namespace',
    prefix: ['unshare', '--user', `--map-user=${nobody.uid}`, `--map-group=${nobody.gid}`, '--'],
  }
  if (process.platform !== 'linux' && process.platform !== 'darwin') return own
  const ownUid = process.getuid?.() ?? 0
  if (ownUid !== 0) {
    // initdb asks for the user's name; in containers with an arbitrary user number there is none.
    const isNamed = await hasName(ownUid)
    return !isNamed && (await works(inNamespace, program)) ? inNamespace : own
  }
  for (const ids of await ordinaryUsers(dataDir, cluster))
    if ((await hasName(ids.uid)) && (await canReach(ids, program, dataDir)) && (await canOwnFiles(ids, dataDir)))
      return { description: `user ${ids.uid}`, ...ids, prefix: [] }
  // In the namespace root is the owner of its files and has none of its privileges over those of others.
  if ((await canReach({ uid: 0, gid: 0 }, program, dataDir)) && (await works(inNamespace, program))) return inNamespace
  throw new EmbeddedPostgresError(
    'NO_ORDINARY_USER',
    `PostgreSQL does not run as root, and no other user can reach both ${program} and ${dataDir} (a folder above them ` +
      'is closed to others), and user namespaces are not available. Run as an ordinary user, put both into folders ' +
      `that others may enter, ${useOwnServer}.`,
    { dataDir, program },
  )
}

/** Starts one of PostgreSQL's programs as this user. */
export function spawnAs(
  user: ServerUser,
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  const [file = command, ...rest] = [...user.prefix, command, ...args]
  return spawn(file, rest, { ...options, env: environment(), uid: user.uid, gid: user.gid, windowsHide: true })
}

/** A program file that is there and yet "not found" lacks its loader: the system's C library is another one. */
export function explainSpawnError(error: NodeJS.ErrnoException): Error {
  if (error.code !== 'ENOENT') return error
  return new EmbeddedPostgresError(
    'UNSUPPORTED_PLATFORM',
    `${error.path ?? 'PostgreSQL'} cannot be started on this system: on Linux the packaged PostgreSQL needs glibc 2.27 ` +
      `or newer (Alpine has musl instead). Use a Debian-based image, ${useOwnServer}.`,
    { platform: process.platform, architecture: process.arch },
    { cause: error },
  )
}

/**
 * Nothing of this process's environment but what starting a program takes: it holds secrets, and variables (PG*, LC_*,
 * LD_*) that would change what PostgreSQL does.
 */
function environment(): NodeJS.ProcessEnv {
  const names = process.platform === 'win32' ? ['PATH', 'SystemRoot', 'SystemDrive', 'TEMP', 'TMP'] : ['PATH']
  const kept = names.map((name) => [name, process.env[name]])
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' }
}

/** Makes the files of a folder the server user's, also after the choice of user has changed since the last start. */
export async function giveTo(user: ServerUser, folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return
  const uid = user.uid ?? 0
  const gid = user.gid ?? 0
  if ((await stat(folder)).uid === uid) return
  for (const entry of await readdir(folder, { recursive: true })) await lchown(join(folder, entry), uid, gid)
  // The folder itself last: its owner says that all the rest has been done.
  await chown(folder, uid, gid)
}

type UserIds = typeof nobody

async function ordinaryUsers(dataDir: string, cluster: string): Promise<UserIds[]> {
  const owners = await Promise.all(
    [cluster, dataDir, dirname(dataDir)].map((path) => stat(path).catch(() => ({ uid: 0, gid: 0 }))),
  )
  const [clusterOwner, ...folderOwners] = owners.map(({ uid, gid }) => ({ uid, gid }))
  const users = [clusterOwner, process.platform === 'linux' ? nobody : undefined, ...folderOwners]
  return users.filter((user) => user !== undefined).filter(({ uid }) => uid !== 0)
}

async function canReach(user: UserIds, program: string, dataDir: string): Promise<boolean> {
  const folder = await realpath(dataDir)
  if (!(await allows(user, dirname(folder), 0o1))) return false
  // Passing through the data folder gives nothing away: what is in it has its own permissions.
  if (!(await permits(user, folder, 0o1))) await chmod(folder, (await stat(folder)).mode | 0o011)
  for (const file of ['bin/postgres', 'bin/initdb', 'lib', 'share'])
    if (!(await allows(user, await realpath(join(program, file)), 0o5))) return false
  return true
}

/** Whether the user has this permission on a file or folder, and may enter every folder above it. */
async function allows(user: UserIds, path: string, permission: number): Promise<boolean> {
  if (!(await permits(user, path, permission))) return false
  const parent = dirname(path)
  return parent === path || allows(user, parent, 0o1)
}

async function permits(user: UserIds, path: string, permission: number): Promise<boolean> {
  const { uid, gid, mode } = await stat(path)
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0
  return ((mode >> shift) & permission) === permission
}

/** Some file systems (shared from a Windows or macOS host) take a change of owner and ignore it. */
async function canOwnFiles({ uid, gid }: UserIds, dataDir: string): Promise<boolean> {
  const probe = await mkdtemp(join(dataDir, 'probe-'))
  try {
    await chown(probe, uid, gid)
    return (await stat(probe)).uid === uid
  } catch {
    return false
  } finally {
    await rm(probe, { recursive: true })
  }
}

async function works(user: ServerUser, program: string): Promise<boolean> {
  const [command = '', ...args] = [...user.prefix, join(program, 'bin', 'postgres'), '--version']
  return promisify(execFile)(command, args).then(
    () => true,
    () => false,
  )
}

async function hasName(uid: number): Promise<boolean> {
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '')
  if (new RegExp(`^[^:]*:[^:]*:${uid}:`, 'm').test(users)) return true
  return promisify(execFile)('id', ['-un', String(uid)]).then(
    () => true,
    () => false,
  )
}
