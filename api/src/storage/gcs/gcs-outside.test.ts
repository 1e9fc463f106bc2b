import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, test } from 'vitest'
import { outsideStorage } from '../../../../test/testkit/gcs/outside-storage.ts'
import { directUploadsContract } from '../direct-uploads.contract.ts'
import { objectStoreContract } from '../object-store.contract.ts'
import { Buckets } from './buckets.ts'
import { FileCache } from './file-cache.ts'
import { GcsObjectStore } from './gcs-store.ts'
import { GcsUploads } from './gcs-uploads.ts'

const outside = await outsideStorage()

// The suites of the other tests once more, against an emulator that is not ours.
describe('the storage that STORAGE_EMULATOR_HOST names', async () => {
  if (outside === null) return test.skip('(it names none)', () => undefined)
  const folder = await mkdtemp(join(tmpdir(), 'fairlift-gcs-outside-'))
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const { url, ...names } = outside
  const buckets = new Buckets({ ...names, apiEndpoint: url })
  const store = new GcsObjectStore(buckets, new FileCache(join(folder, 'cache'), 100 * 2 ** 20))
  objectStoreContract('buckets elsewhere', store, folder)
  // fake-gcs-server 1.56 takes the question how much has come for the end of the upload, and cancels none.
  const underTest = { uploads: new GcsUploads(buckets, store), store }
  directUploadsContract('uploads elsewhere', underTest, { canBeAsked: false })
})
