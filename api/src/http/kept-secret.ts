import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A secret that survives restarts, kept where only this user reads it. */
export async function keptSecret(folder: string): Promise<string> {
  const path = join(folder, 'signing-secret')
  try {
    return await readFile(path, 'utf8')
  } catch {
    await writeFile(path, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' }).catch(() => undefined)
    return readFile(path, 'utf8')
  }
}
