import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventFile, eventsOf } from '../testkit/event-file.ts'
import { startGcsEmulator, type GcsEmulator } from '../testkit/gcs/emulator.ts'
import { newFolder } from '../testkit/new-folder.ts'
import { sha256 } from '../testkit/sha256.ts'
import { withoutBrowser } from './browser.ts'
import { useUi } from './use-ui.ts'

const USERS = 120_000
const buckets = { GCS_BUCKET_RAW: 'ui-raw', GCS_BUCKET_CURATED: 'ui-curated', GCS_BUCKET_ARTIFACTS: 'ui-artifacts' }

describe.skipIf(withoutBrowser !== null)(
  `files in buckets, in a browser${withoutBrowser ? ` (${withoutBrowser})` : ''}`,
  () => {
    let storage: GcsEmulator
    let folder: string

    beforeAll(async () => {
      storage = await startGcsEmulator({ buckets: Object.values(buckets) })
      folder = await newFolder()
    })

    afterAll(async () => {
      await storage?.close()
      await rm(folder, { recursive: true, force: true })
    })

    const ui = useUi({
      env: () => ({ ...buckets, GCS_API_ENDPOINT: storage.url, GOOGLE_APPLICATION_CREDENTIALS: storage.keyFile }),
      alsoAsked: () => [storage.url],
    })

    test('a large one goes from the page into the bucket, by the rules that deploy/README.md gives, and is saved from there', async () => {
      const { client, page, open, button } = ui
      const { key } = await client.createExperiment({ key: 'bucket', name: 'Bucket' })
      await open(`/experiments/${key}/data`)
      const readme = await readFile(new URL('../../deploy/README.md', import.meta.url), 'utf8')
      const [, rules] = /```json\n(\[[\s\S]*?\])\n```/.exec(readme)!
      const origin = new URL(page.url()).origin
      storage.bucket('ui-raw').cors = JSON.parse(rules!.replaceAll('https://fairlift.example.com', origin)) as never

      const path = join(folder, 'events.csv')
      const bytes = new Uint8Array(await eventFile({ users: USERS }).arrayBuffer())
      await writeFile(path, bytes)
      const asked: string[] = []
      page.on('request', (request) => {
        if (request.method() === 'PUT') asked.push(new URL(request.url()).origin)
      })
      await page.locator('input[type=file]').setInputFiles(path)
      await button('Upload').click()
      await page.getByText(`${eventsOf(USERS).toLocaleString('en-US')} events taken over`).waitFor({ timeout: 60_000 })
      expect(asked.length).toBeGreaterThan(2)
      expect(new Set(asked)).toEqual(new Set([storage.url]))

      await page.locator('summary', { hasText: 'events.csv' }).click()
      const link = page.getByRole('link', { name: 'The file as received' })
      const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
      expect(download.suggestedFilename()).toBe('events.csv')
      expect(sha256(new Uint8Array(await readFile(await download.path())))).toBe(sha256(bytes))
    })
  },
)
