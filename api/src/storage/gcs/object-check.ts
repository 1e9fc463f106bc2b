import { createHash } from 'node:crypto'
import { CRC32C, type FileMetadata } from '@google-cloud/storage'

/** Bytes beside what the storage says of them. */
export interface ObjectCheck {
  update(chunk: Buffer): void
  /** Whether they were those of the object. */
  matches(): boolean
}

/**
 * A check of an object's bytes: by MD5, which is computed three times as fast, or by CRC32C, which every object has, also
 * those that were put together of others.
 */
export function checkOf({ md5Hash, crc32c }: FileMetadata): ObjectCheck {
  if (md5Hash != null) {
    const hash = createHash('md5')
    return { update: (chunk) => void hash.update(chunk), matches: () => hash.digest('base64') === md5Hash }
  }
  const sum = new CRC32C()
  return { update: (chunk) => sum.update(chunk), matches: () => crc32c != null && sum.validate(crc32c) }
}
