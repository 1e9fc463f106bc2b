import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventFile, eventsOf } from '../testkit/event-file.ts'
import { newFolder } from '../testkit/new-folder.ts'
import { withoutBrowser } from './browser.ts'
import { useUi } from './use-ui.ts'

const USERS = 150_000

describe.skipIf(withoutBrowser !== null)(
  `a large file in a browser${withoutBrowser ? ` (${withoutBrowser})` : ''}`,
  () => {
    const ui = useUi()
    let folder: string
    let path: string
    let size: number

    beforeAll(async () => {
      folder = await newFolder()
      path = join(folder, 'events.csv')
      const file = eventFile({ users: USERS })
      size = file.size
      await writeFile(path, file.stream())
    })

    afterAll(() => rm(folder, { recursive: true, force: true }))

    test('goes in pieces to its own address, and progress is told in bytes, then in rows and bytes', async () => {
      const { client, page, open, button } = ui
      const { id, key } = await client.createExperiment({ key: 'large', name: 'Large' })
      const pieces: number[] = []
      page.on('request', (request) => {
        if (request.method() === 'PUT')
          pieces.push(Number(/^bytes (\d+)-/.exec(request.headers()['content-range']!)![1]))
      })
      await page.addInitScript(() => {
        const told = new Set<string>()
        Object.assign(globalThis, { told })
        new MutationObserver(() => {
          const bar = document.querySelector('[role=progressbar]')
          if (bar !== null) told.add(`${bar.getAttribute('aria-label')}: ${bar.getAttribute('aria-valuetext')}`)
        }).observe(document, { subtree: true, childList: true, attributes: true })
      })
      await open(`/experiments/${key}/data`)
      await page.locator('input[type=file]').setInputFiles(path)
      await button('Upload').click()
      await page.getByText(`${eventsOf(USERS).toLocaleString('en-US')} events taken over`).waitFor({ timeout: 60_000 })

      expect(pieces[0]).toBe(0)
      expect(pieces.length).toBeGreaterThan(2)
      expect(pieces).toEqual([...new Set(pieces)].sort((one, other) => one - other))
      const told = await page.evaluate(() => [...(globalThis as unknown as { told: Set<string> }).told])
      const whole = `of ${(size / 1e6).toFixed(1)} MB`
      const uploading = told.filter((text) => text.startsWith('Uploading: '))
      expect(uploading.length).toBeGreaterThan(2)
      for (const text of uploading) expect(text).toMatch(new RegExp(`^Uploading: \\d+%, [\\d.]+ ${whole}$`))
      expect(told.filter((text) => /^Checking: .*\brows, [\d.]+ of /.test(text))).not.toEqual([])
      const { items } = await client.batches(id).page()
      expect(items).toMatchObject([{ sizeBytes: size, status: 'LANDED', originalName: 'events.csv' }])
    })
  },
)
