import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { EmbeddedPostgresError, useOwnServer } from './embedded-postgres-error.ts'
import { isAlive, isServerOf } from './process-identity.ts'
import { stopServer } from './server.ts'

/**
 * Clears the way in a folder that was not left in order: stops a server that outlived its keeper, removes the lock file
 * of a server whose process number belongs to another program by now. Call it with the folder's lock held.
 *
 * @param recordedPid The server that the folder's last keeper had started.
 * @throws EmbeddedPostgresError `FOLDER_IN_USE` when a server runs on the cluster that no keeper started.
 */
export async function clearLeftoverServer(
  dataDir: string,
  cluster: string,
  program: string,
  recordedPid: number | undefined,
  log: (line: string) => void,
): Promise<void> {
  const lockFile = join(cluster, 'postmaster.pid')
  const pid = Number.parseInt(await readFile(lockFile, 'utf8').catch(() => ''), 10)
  if (!(pid > 0) || !isAlive(pid)) return // PostgreSQL itself sees that such a lock file is void.

  if (!(await isServerOf(cluster, pid))) {
    log(`removing ${lockFile}: its process ${pid} is another program, the server did not shut down in order`)
    await rm(lockFile, { force: true })
  } else if (pid === recordedPid) {
    log(`stopping the server (process ${pid}) that was left running on ${cluster}`)
    await stopServer(program, pid, () => isServerOf(cluster, pid))
  } else {
    throw new EmbeddedPostgresError(
      'FOLDER_IN_USE',
      `A PostgreSQL server (process ${pid}) that Fairlift did not start runs on ${cluster}. ` +
        `Stop it (pg_ctl stop), choose another folder, ${useOwnServer}.`,
      { dataDir, pid },
    )
  }
}
