import { randomUUID } from 'node:crypto'

/** Buckets of another emulator than the testkit's own. */
export interface OutsideStorage {
  url: string
  raw: string
  curated: string
  artifacts: string
}

/**
 * New buckets in the storage that STORAGE_EMULATOR_HOST names, such as a fake-gcs-server; null where it names none. The
 * client would read the variable too, and then leave out a part of its paths: it is taken away.
 */
export async function outsideStorage(): Promise<OutsideStorage | null> {
  const host = process.env.STORAGE_EMULATOR_HOST
  delete process.env.STORAGE_EMULATOR_HOST
  if (host === undefined || host === '') return null
  const url = (host.includes('://') ? host : `http://${host}`).replace(/\/+$/, '')
  const id = randomUUID().slice(0, 8)
  const names = { raw: `raw-${id}`, curated: `curated-${id}`, artifacts: `artifacts-${id}` }
  for (const name of Object.values(names)) {
    const body = JSON.stringify({ name })
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}/storage/v1/b?project=test`, { method: 'POST', headers, body })
    if (!response.ok) throw new Error(`${url} made no bucket: HTTP status ${response.status}`)
  }
  return { url, ...names }
}
