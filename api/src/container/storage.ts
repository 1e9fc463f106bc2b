import { join } from 'node:path'
import type { Env } from '../env.ts'
import type { Leftovers } from '../modules/sweep/sweep.service.ts'
import type { DirectUpload, DirectUploads } from '../storage/direct-uploads.ts'
import { LocalObjectStore } from '../storage/local.ts'
import { LocalUploads } from '../storage/local-uploads.ts'
import type { ObjectStore } from '../storage/object-store.ts'

/** Where files are kept, and what belongs to it. */
export interface FileStorage {
  store: ObjectStore
  /** What it has on this machine's disk. */
  disks: Leftovers[]
  /** Where the bytes of direct uploads go; null for this server. */
  uploadOrigin: string | null
  /**
   * The uploads that go straight into the store.
   *
   * @param urlOf the address by which this server is sent an upload
   * @returns `received`: those of them whose bytes come to this server; null when none do
   */
  uploadsAt(urlOf: (upload: DirectUpload) => string): { uploads: DirectUploads; received: LocalUploads | null }
}

/** What the environment says: a folder, or buckets. What dead processes left on the disk is cleared away. */
export async function openStorage(env: Env): Promise<FileStorage> {
  if (env.STORAGE === 'local') return openFolder(join(env.DATA_DIR, 'files'))
  // Google's client takes half a second to load and 30 MB: who keeps files in a folder does without.
  return (await import('./bucket-storage.ts')).openBuckets(env)
}

async function openFolder(folder: string): Promise<FileStorage> {
  const store = new LocalObjectStore(folder)
  await store.sweep()
  return {
    store,
    disks: [store],
    uploadOrigin: null,
    uploadsAt(urlOf) {
      const uploads = new LocalUploads(join(folder, 'uploads'), store, urlOf)
      return { uploads, received: uploads }
    },
  }
}
