import { join } from 'node:path'
import type { Env } from '../env.ts'
import { Buckets } from '../storage/gcs/buckets.ts'
import { FileCache } from '../storage/gcs/file-cache.ts'
import { GcsObjectStore } from '../storage/gcs/gcs-store.ts'
import { GcsUploads } from '../storage/gcs/gcs-uploads.ts'
import type { FileStorage } from './storage.ts'

/** Files in buckets, with a folder for those that are worked on. Throws BucketsError when they cannot be used. */
export async function openBuckets(env: Env): Promise<FileStorage> {
  const buckets = new Buckets({
    raw: env.GCS_BUCKET_RAW!,
    curated: env.GCS_BUCKET_CURATED!,
    artifacts: env.GCS_BUCKET_ARTIFACTS!,
    apiEndpoint: env.GCS_API_ENDPOINT ?? null,
  })
  const cache = new FileCache(join(env.DATA_DIR, 'cache'), env.STORAGE_CACHE_MB * 2 ** 20)
  await Promise.all([buckets.check(env.ROLE !== 'worker'), cache.sweep()])
  const store = new GcsObjectStore(buckets, cache)
  return {
    store,
    disks: [cache],
    uploadOrigin: buckets.origin,
    uploadsAt: () => ({ uploads: new GcsUploads(buckets, store), received: null }),
  }
}
