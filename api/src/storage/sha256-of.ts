import { createHash } from 'node:crypto'
import type { ObjectStore } from './object-store.ts'

/** SHA-256 (hex) of a stored object, for stores that cannot tell: all of it is read. Throws ObjectMissingError. */
export async function sha256Of(store: Pick<ObjectStore, 'read'>, key: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of await store.read(key)) hash.update(chunk)
  return hash.digest('hex')
}
