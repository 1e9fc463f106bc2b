import { createClient } from '@fairlift/sdk'
import { describe, test } from 'vitest'
import { startServer, type TestServer } from '../testkit/server.ts'
import { openBrowser, withoutBrowser } from './browser.ts'

describe.skipIf(withoutBrowser !== null)('the UI without its server', () => {
  test('says that the connection was lost, and comes up to date by itself when the server is back', async () => {
    const browser = await openBrowser()
    const first = await startServer()
    const port = Number(new URL(first.url).port)
    let second: TestServer | null = null
    try {
      const experiment = await createClient({ url: first.url }).createExperiment({ key: 'kept', name: 'Kept' })
      const page = await browser.newPage()
      page.setDefaultTimeout(60_000)
      await page.goto(`${first.url}/experiments/kept`)
      await page.getByRole('heading', { name: 'No data yet' }).waitFor()
      await first.kill()
      await page.getByText('The connection to the server was lost').waitFor()
      // What cannot be done without the server says so where it was asked for.
      await page.getByRole('button', { name: 'Start', exact: true }).click()
      await page.getByText('Fairlift’s server does not answer').waitFor()

      second = await startServer({ dataDir: first.dataDir, port })
      await createClient({ url: second.url }).updateExperiment({ id: experiment.id, name: 'Changed meanwhile' })
      await page.getByRole('heading', { name: 'Changed meanwhile' }).waitFor()
      await page.getByText('The connection to the server was lost').waitFor({ state: 'hidden' })
    } finally {
      await browser.close()
      await second?.stop()
      await first.stop()
    }
  })
})
